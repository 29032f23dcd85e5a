// People of this server: the setup link, registering, signing in and out, the cookie and who may use it.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Client } from './lib/client.mjs';
import { Raw } from './lib/raw.mjs';
import { Server } from './lib/server.mjs';

let server;
before(async () => { server = await new Server({ flags: ['--client.allowed_origins=https://friend.example'] }).start(); });
after(() => server.stop());

const kPassword = 'correct horse battery';
const home = (to = server) => ({ Origin: to.url });

async function register(handle, { to = server, name = handle } = {}) {
  const answer = await to.rest('POST', '/register', { body: { handle, display_name: name, password: kPassword }, headers: home(to) });
  return { ...answer, cookie: answer.headers.get('set-cookie')?.split(';')[0] };
}

test('who registers is signed in: a cookie for REST, a token for the realtime connection', async () => {
  const { status, body, cookie, headers } = await register('ada', { name: 'Ada L.' });
  assert.equal(status, 201);
  assert.deepEqual([body.user.handle, body.user.name, body.user.role], ['ada', 'Ada L.', 'member']);
  assert.match(headers.get('set-cookie'), /HttpOnly/);
  assert.match(headers.get('set-cookie'), /SameSite=Lax/);
  const me = await server.rest('GET', '/me', { headers: { Cookie: cookie } });
  assert.equal(me.body.user.id, body.user.id);
  const raw = await Raw.open(server);
  const { connect } = await raw.ask({ connect: { token: me.body.connection_token } });
  assert.deepEqual(connect.data.kith.user, { id: body.user.id, name: 'Ada L.', role: 'member' });
  assert.ok(connect.ttl <= 300);
});

test('without anybody signed in, me says which ways there are', async () => {
  const nobody = await server.rest('GET', '/me');
  assert.equal(nobody.status, 401);
  assert.deepEqual(nobody.body.sign_in, { registration: 'open', setup: true });
});

test('who has no account and who has the wrong password get the same answer', async () => {
  await register('known');
  const login = (handle, password) => server.rest('POST', '/login', { body: { handle, password }, headers: home() });
  assert.equal((await login('known', kPassword)).status, 200);
  assert.equal((await login('KNOWN', kPassword)).status, 200, 'a handle has no case');
  const shape = ({ status, body: { instance, ...body } }) => JSON.stringify([status, body]);
  const wrong = await login('known', 'wrong horse battery');
  assert.equal(wrong.status, 401);
  assert.equal(shape(await login('unknown', 'wrong horse battery')), shape(wrong));
});

test('a handle, a name or a password that will not do is named', async () => {
  const refused = async (fields) => {
    const answer = await server.rest('POST', '/register', { body: { handle: 'fresh', display_name: 'Fresh', password: kPassword, ...fields }, headers: home() });
    return [answer.status, answer.body.code, answer.body.errors?.[0].pointer];
  };
  for (const handle of ['', 'a', 'x'.repeat(33), 'with space', 'slash/', 'ümlaut', 7, null]) {
    assert.deepEqual(await refused({ handle }), [422, 'bad_request', '/handle'], JSON.stringify(handle));
  }
  for (const display_name of ['', ' ', 'x'.repeat(65), 'a\nb', 7]) assert.deepEqual(await refused({ display_name }), [422, 'bad_request', '/display_name'], JSON.stringify(display_name));
  for (const password of ['', 'short', 'password1234', 'x'.repeat(2000), 7]) assert.deepEqual(await refused({ password }), [422, 'bad_request', '/password'], JSON.stringify(password).slice(0, 30));
  await register('taken');
  assert.deepEqual(await refused({ handle: 'Taken' }), [409, 'already', '/handle']);
});

test('a log-out ends the connections of that session with 3014, and no other', async () => {
  const { cookie, body } = await register('leaver');
  const again = await server.rest('POST', '/login', { body: { handle: 'leaver', password: kPassword }, headers: home() });
  const otherCookie = again.headers.get('set-cookie').split(';')[0];
  const mine = await Raw.open(server);
  await mine.ask({ connect: { token: body.connection_token, data: { kith: { subscriptions: 'none' } } } });
  const other = await Raw.open(server);
  await other.ask({ connect: { token: again.body.connection_token } });
  const out = await server.rest('POST', '/logout', { headers: { ...home(), Cookie: cookie } });
  assert.equal(out.status, 200);
  assert.match(out.headers.get('set-cookie'), /Max-Age=0/);
  assert.deepEqual(await mine.closed, { code: 3014, reason: 'state invalidated' });
  assert.equal((await server.rest('GET', '/me', { headers: { Cookie: cookie } })).status, 401);
  const late = await Raw.open(server);
  late.send({ id: 1, connect: { token: body.connection_token } });
  assert.equal((await late.closed).code, 3500, 'its token is void too');
  assert.ok((await other.rpc('room.list')).rpc);

  await server.rest('POST', '/logout', { body: { everywhere: true }, headers: { ...home(), Cookie: otherCookie } });
  assert.equal((await other.closed).code, 3014);
});

test('with the cookie a change needs this very site: the matrix of origins changes nothing else', async () => {
  const { cookie } = await register('careful');
  const make = (headers) => server.rest('POST', '/rooms', { body: { name: 'Forged' }, headers: { Cookie: cookie, ...headers } });
  const { port } = new URL(server.url);
  const refused = [{}, { Origin: 'null' }, { Origin: 'https://evil.example' }, { Origin: `http://127.0.0.1:${Number(port) + 1}` }, { Origin: `http://localhost:${port}` },
    { Origin: `${server.url}.evil.example` }, { Origin: `${server.url}/` }, { 'Sec-Fetch-Site': 'cross-site' }, { 'Sec-Fetch-Site': 'same-site' }, { 'Sec-Fetch-Site': 'none' },
    { Origin: 'https://evil.example', 'Sec-Fetch-Site': 'same-origin' }, { Authorization: 'Basic eDp5' }, { Authorization: 'Basic eDp5', Origin: 'https://evil.example' }];
  for (const headers of refused) {
    const answer = await make(headers);
    assert.deepEqual([answer.status, answer.body.code], [403, 'permission_denied'], JSON.stringify(headers));
  }
  const rooms = await server.rest('GET', '/rooms?joined=true', { headers: { Cookie: cookie } });
  assert.deepEqual(rooms.body.rooms, []);
  for (const headers of [home(), { 'Sec-Fetch-Site': 'same-origin' }, { Origin: 'https://friend.example' }]) assert.equal((await make(headers)).status, 201, JSON.stringify(headers));

  const { body: { room } } = await make(home());
  for (const [method, path] of [['POST', `/rooms/${room.id}/messages`], ['POST', `/rooms/${room.id}/join`], ['POST', '/logout'], ['PATCH', `/rooms/${room.id}/messages/1`], ['DELETE', `/rooms/${room.id}/messages/1`]]) {
    assert.equal((await server.rest(method, path, { headers: { Cookie: cookie, Origin: 'https://evil.example' } })).status, 403, `${method} ${path}`);
  }
  assert.equal((await server.rest('GET', '/me', { headers: { Cookie: cookie } })).status, 200);
});

test('signing in and registering are refused from another site too', async () => {
  for (const path of ['/login', '/register', '/setup']) {
    const answer = await server.rest('POST', path, { body: { handle: 'x1', display_name: 'x', password: kPassword, token: 'x' }, headers: { Origin: 'https://evil.example' } });
    assert.equal(answer.status, 403, path);
  }
});

test('a cookie that is none, old or doubled signs nobody in', async () => {
  for (const cookie of ['kith=', 'kith=x', 'kith=; kith=y', 'other=1', `kith=${'x'.repeat(3000)}`]) {
    assert.equal((await server.rest('GET', '/rooms', { headers: { Cookie: cookie } })).status, 401, cookie.slice(0, 20));
  }
});

test('where registration is off, nobody registers, and me says so', async () => {
  const closed = await new Server({ flags: ['--registration=off'] }).start();
  try {
    const answer = await register('eager', { to: closed });
    assert.deepEqual([answer.status, answer.body.code], [403, 'permission_denied']);
    assert.equal((await closed.rest('GET', '/me')).body.sign_in.registration, 'off');
  } finally {
    await closed.stop();
  }
});

test('the setup link makes one administrator, once; afterwards it is gone', async () => {
  const own = await new Server().start();
  try {
    assert.match(own.setupLink, /^http:\/\/127\.0\.0\.1:\d+\/setup#\S{20,}$/);
    const link = own.setupLink.split('#')[1];
    const setup = (handle, key = link) => own.rest('POST', '/setup', { body: { token: key, handle, display_name: handle, password: kPassword }, headers: home(own) });
    const wrong = await setup('eve', 'x'.repeat(32));
    assert.deepEqual([wrong.status, wrong.body.code], [403, 'permission_denied']);
    const answers = await Promise.all(['one', 'two', 'three'].map((handle) => setup(handle)));
    const made = answers.filter((answer) => answer.status === 201);
    assert.equal(made.length, 1);
    assert.equal(made[0].body.user.role, 'admin');
    for (const answer of answers.filter((one) => one !== made[0])) assert.deepEqual([answer.status, answer.body.code], [410, 'not_available']);
    assert.equal((await setup('late')).status, 410);
    assert.equal((await own.rest('GET', '/me')).body.sign_in.setup, false);
    await own.kill('SIGTERM');
    await own.start();
    assert.equal(own.setupLink, undefined);
    assert.equal((await setup('later')).status, 410);
  } finally {
    await own.stop();
  }
});

test('an own account and a host user talk in one room', async () => {
  const { body } = await register('local', { name: 'Local' });
  const host = await new Client(server, 'hosted').connect();
  const { room } = await host.rpc('room.create', { name: 'Both' });
  const local = await Raw.open(server);
  await local.ask({ connect: { token: body.connection_token } });
  await local.rpc('room.join', { room: room.id });
  const { seq } = (await local.rpc('chat.send', { room: room.id, text: 'hi' })).rpc.data;
  const page = await host.rpc('chat.history', { room: room.id });
  assert.deepEqual([page.messages[0].seq, page.users[body.user.id].name], [seq, 'Local']);
  const stolen = await server.rest('GET', '/rooms', { user: body.user.id });
  assert.equal(stolen.status, 401, 'a host token cannot be an own account');
});
