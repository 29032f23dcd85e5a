// REST: the form of its refusals, its limits, and repeats.
import assert from 'node:assert/strict';
import { request } from 'node:http';
import { after, before, test } from 'node:test';
import { Client } from './lib/client.mjs';
import { Server, nonce, token } from './lib/server.mjs';

let server;
let room;
before(async () => {
  server = await new Server({ flags: ['--limits.rooms_per_user=5'] }).start();
  room = (await server.rest('POST', '/rooms', { user: 'ann', body: { name: 'Rest' } })).body.room.id;
});
after(() => server.stop());

const send = (body, more = {}) => server.rest('POST', `/rooms/${room}/messages`, { user: 'ann', body, ...more });

/** A request whose body is given as text, byte for byte. */
async function posted(path, body, headers = {}) {
  const response = await fetch(`${server.url}/api/v1${path}`, {
    method: 'POST', headers: { Authorization: `Bearer ${token('ann')}`, 'Content-Type': 'application/json', ...headers }, body,
  });
  return { status: response.status, headers: response.headers, body: JSON.parse(await response.text()) };
}

test('a refusal is a problem with type, title, status, code and the field in fault', async () => {
  const refused = await send({ text: '' });
  assert.equal(refused.status, 422);
  assert.equal(refused.headers.get('content-type'), 'application/problem+json');
  assert.equal(refused.headers.get('cache-control'), 'no-store');
  const { type, title, status, code, detail, errors } = refused.body;
  assert.deepEqual([type, status, code], ['about:blank', 422, 'bad_request']);
  assert.ok(title);
  assert.deepEqual(errors, [{ pointer: '/text', message: detail.replace('text: ', '') }]);
  // It was "is required", and nothing else said of what to who reads the detail alone.
  const nameless = await server.rest('POST', '/rooms', { user: 'ann', body: {} });
  assert.equal(nameless.body.detail, 'name: is required');

  const unknown = await server.rest('GET', '/rooms/neverwas', { user: 'ann' });
  assert.deepEqual([unknown.status, unknown.body.code, unknown.body.errors], [404, 'not_found', undefined]);
  const nobody = await server.rest('GET', '/rooms');
  assert.deepEqual([nobody.status, nobody.body.code, nobody.headers.get('www-authenticate')], [401, 'unauthorized', 'Bearer']);
});

test('a 401 says what was wrong with the credentials, and repeats none of them', async () => {
  const foreign = token('ann', {}, 'another secret');
  const cases = [[{}, /^no credentials: send Authorization/], [{ Authorization: `Bearer ${foreign}` }, /^the token is not signed with this server's key/],
    [{ 'X-API-Key': 'a-key-of-some-other-server-0123456789' }, /^no API key is set on this server/], [{ Cookie: 'kith=gone.secret' }, /^the sign-in has ended/]];
  for (const path of ['/rooms', '/me']) {
    for (const [headers, says] of cases) {
      const refused = await server.rest('GET', path, { headers });
      assert.equal(refused.status, 401);
      assert.match(refused.body.detail, says);
    }
  }
  for (const secret of [foreign, 'some-other-server', 'gone.secret']) assert.ok(!server.errors.includes(secret));
});

test('a bearer that is not valid, or no longer, is 401 with the name that says which', async () => {
  const seconds = Math.floor(Date.now() / 1000);
  const cases = [['x', 'unauthorized'], [token('ann', {}, 'another secret'), 'unauthorized'], [token('ann', { exp: seconds - 10 }), 'token_expired'],
    [token('ann', { expire_at: seconds - 10 }), 'expired'], [token(''), 'unauthorized'], ['', 'unauthorized']];
  for (const [bearer, code] of cases) {
    const refused = await server.rest('GET', '/rooms', { headers: { Authorization: `Bearer ${bearer}` } });
    assert.deepEqual([refused.status, refused.body.code], [401, code], bearer);
  }
});

test('what is no JSON object, or holds a key twice, is refused and changes nothing', async () => {
  const before = (await server.rest('GET', `/rooms/${room}/messages`, { user: 'ann' })).body.offset;
  for (const body of ['{', '[]', '"x"', '7', 'null', '{"text":"a"}x', '{"text":"a",}', "{'text':'a'}", '{"text":"a","text":"b"}',
    '{"text":"a","te\\u0078t":"b"}', '{"other":1,"text":"a","other":2}', `{"text":${'['.repeat(2000)}${']'.repeat(2000)}}`, '{"text":"\\ud800"}']) {
    const refused = await posted(`/rooms/${room}/messages`, body);
    assert.deepEqual([refused.status, refused.body.code], [422, 'bad_request'], body.slice(0, 60));
  }
  assert.equal((await server.rest('GET', `/rooms/${room}/messages`, { user: 'ann' })).body.offset, before);
});

test('a body is JSON and says so', async () => {
  for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data', 'application/jsonp', '']) {
    assert.equal((await posted(`/rooms/${room}/messages`, '{"text":"a"}', { 'Content-Type': type })).status, 415, type);
  }
  for (const type of ['application/json', 'application/json; charset=utf-8', 'APPLICATION/JSON']) {
    assert.equal((await posted(`/rooms/${room}/messages`, '{"text":"a"}', { 'Content-Type': type })).status, 201, type);
  }
});

test('a field of the wrong type is named', async () => {
  const wrong = [['text', 7], ['text', null], ['text', ['a']], ['text', { a: 1 }], ['text', true], ['format', 1], ['reply_to', '2'], ['reply_to', 1.5],
    ['reply_to', 0], ['reply_to', -1], ['reply_to', 2 ** 53], ['nonce', 7], ['format', 'html']];
  for (const [field, value] of wrong) {
    const refused = await send({ text: 'a', [field]: value });
    assert.deepEqual([refused.status, refused.body.errors?.[0].pointer], [422, `/${field}`], `${field} ${JSON.stringify(value)}`);
  }
  for (const query of ['before=x', 'before=-1', 'before=1e3', 'before=1.0', 'before=', 'limit=0', 'limit=201', 'limit=x', 'before=1&after=2']) {
    assert.equal((await server.rest('GET', `/rooms/${room}/messages?${query}`, { user: 'ann' })).status, 422, query);
  }
  assert.equal((await server.rest('GET', '/rooms?joined=maybe', { user: 'ann' })).status, 422);
  for (const path of [`/rooms/${'x'.repeat(65)}`, '/rooms/a%20b', '/rooms/%C3%A4']) assert.equal((await server.rest('GET', path, { user: 'ann' })).status, 422, path);
});

test('every size has its limit, which itself is allowed', async () => {
  const long = (count, letter = 'x') => letter.repeat(count);
  const allowed = [{ text: long(4000) }, { text: long(4000, '😀') }, { text: 'a', nonce: long(64) }];
  for (const body of allowed) assert.equal((await send(body)).status, 201);
  const tooLong = await send({ text: long(4001) });
  assert.deepEqual([tooLong.status, tooLong.body.code], [422, 'text_too_long']);
  assert.equal((await send({ text: long(4001, '😀') })).body.code, 'text_too_long');
  assert.equal((await send({ text: 'a', nonce: long(65) })).status, 422);

  const made = (body) => server.rest('POST', '/rooms', { user: 'sizes', body });
  assert.equal((await made({ name: long(64, '字'), topic: long(1024, '字') })).status, 201);
  for (const body of [{ name: long(65) }, { name: '' }, { name: ' ' }, { name: 'a\nb' }, { name: 'x', topic: long(1025) }, { name: 'x', topic: 'a\nb' }]) {
    assert.equal((await made(body)).status, 422, JSON.stringify(body).slice(0, 40));
  }
  const { seq } = (await send({ text: 'to go' })).body;
  const deleted = (reason) => server.rest('DELETE', `/rooms/${room}/messages/${seq}`, { user: 'ann', body: { reason } });
  assert.deepEqual([(await deleted(long(501))).status, (await deleted(long(500))).status], [422, 200]);
});

test('a body above 64 KiB is 413, one of 64 KiB is judged by what it says', async () => {
  const body = (bytes) => `{"text":"a","pad":"${'x'.repeat(bytes - 21)}"}`;
  assert.equal((await posted(`/rooms/${room}/messages`, body(65536))).status, 201);
  const refused = await fetch(`${server.url}/api/v1/rooms/${room}/messages`, { method: 'POST', headers: { Authorization: `Bearer ${token('ann')}`, 'Content-Type': 'application/json' }, body: body(65537) });
  assert.equal(refused.status, 413);
});

test('nobody is in more rooms than allowed', async () => {
  for (let i = 0; i < 5; i += 1) assert.equal((await server.rest('POST', '/rooms', { user: 'many', body: { name: `r${i}` } })).status, 201);
  const sixth = await server.rest('POST', '/rooms', { user: 'many', body: { name: 'r6' } });
  assert.deepEqual([sixth.status, sixth.body.code], [409, 'limit_exceeded']);
  const joined = await server.rest('POST', `/rooms/${room}/join`, { user: 'many', body: {} });
  assert.deepEqual([joined.status, joined.body.code], [409, 'limit_exceeded']);
});

test('Idempotency-Key is the nonce: one message however often, the same over RPC, and without it each is new', async () => {
  const key = nonce();
  const headers = { 'Idempotency-Key': key };
  const first = (await send({ text: 'once' }, { headers })).body;
  const quoted = (await send({ text: 'once' }, { headers: { 'Idempotency-Key': `"${key}"` } })).body;
  const ann = await new Client(server, 'ann').connect();
  const rpc = await ann.rpc('chat.send', { room, text: 'once', nonce: key });
  for (const again of [quoted, rpc]) assert.deepEqual([again.seq, again.offset, again.duplicate], [first.seq, first.offset, true]);
  assert.deepEqual([(await send({ text: 'other' }, { headers })).body.code], ['nonce_conflict']);
  assert.equal((await send({ text: 'x' }, { headers: { 'Idempotency-Key': 'with space' } })).status, 422);
  assert.equal((await send({ text: 'x' }, { headers: { 'Idempotency-Key': 'x'.repeat(65) } })).status, 422);
  const [one, two] = [(await send({ text: 'same' })).body.seq, (await send({ text: 'same' })).body.seq];
  assert.notEqual(one, two);
});

test('an unknown path is 404, a wrong method 405 with the allowed ones, and both need nobody to be signed in', async () => {
  assert.equal((await fetch(`${server.url}/api/v1/nothing`)).status, 404);
  const wrong = await fetch(`${server.url}/api/v1/rooms`, { method: 'DELETE' });
  assert.equal(wrong.status, 405);
  assert.deepEqual(wrong.headers.get('allow').split(', ').filter((m) => m === 'GET' || m === 'POST').sort(), ['GET', 'POST']);
});

test('what stands in the path counts, whatever the body says', async () => {
  const other = (await server.rest('POST', '/rooms', { user: 'ann', body: { name: 'Other' } })).body.room.id;
  await send({ text: 'into the room of the path', room: other });
  assert.equal((await server.rest('GET', `/rooms/${other}/messages`, { user: 'ann' })).body.messages.length, 0);
});

test('several requests on one connection are answered in order', async () => {
  const answers = await Promise.all([1, 2, 3, 4, 5].map(() => send({ text: 'kept alive' })));
  assert.ok(answers.every((answer) => answer.status === 201));
});

test('two lengths, or a length beside chunks, are refused before anything is read', async () => {
  for (const headers of [{ 'Content-Length': ['5', '6'] }, { 'Transfer-Encoding': 'chunked, chunked' }]) {
    const status = await new Promise((resolve) => {
      const asked = request(`${server.url}/api/v1/rooms`, { method: 'POST', headers, insecureHTTPParser: true }, (response) => resolve(response.resume().statusCode));
      asked.on('error', () => resolve('closed'));
      asked.end('{}');
    });
    assert.ok(status === 400 || status === 501 || status === 'closed', `${JSON.stringify(headers)} ${status}`);
  }
});
