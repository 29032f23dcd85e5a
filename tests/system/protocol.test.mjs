// The client protocol by hand: what the server takes, refuses and closes for, code by code.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Raw } from './lib/raw.mjs';
import { Server, token } from './lib/server.mjs';

let server;
let hasty;  // the same with short times
before(async () => {
  server = await new Server({ flags: ['--client.channel_limit=3'] }).start();
  hasty = await new Server({ flags: ['--client.ping_interval=1000', '--client.pong_timeout=500', '--client.stale_close_delay=100', '--client.expired_close_delay=100'] }).start();
});
after(async () => {
  await server.stop();
  await hasty.stop();
});

const now = () => Math.floor(Date.now() / 1000);
const error = (code, message) => ({ code, message });

async function roomOf(user) {
  return (await server.rest('POST', '/rooms', { user, body: { name: 'Room' } })).body.room.id;
}

/** The close code and reason after these texts on a new connection. */
async function closedBy(...texts) {
  const raw = await Raw.open(server);
  for (const text of texts) raw.text(typeof text === 'string' || Buffer.isBuffer(text) ? text : JSON.stringify(text));
  return raw.closed;
}

const connect = (claims = {}, id = 1) => ({ id, connect: { token: token('ann', claims) } });
const kBadRequest = { code: 3501, reason: 'bad request' };

test('connect tells the client its id, the user, the limits, the ping and the time', async () => {
  const raw = await Raw.connected(server, 'hello', { name: 'js', version: '1' });
  const { client, version, data, subs, ping, pong, time, expires, ttl, session, node } = raw.hello.connect;
  assert.match(client, /^[A-Za-z0-9_-]{16,}$/);
  assert.equal(data.kith.server, version);
  assert.deepEqual(data.kith.user, { id: 'hello', name: 'hello', role: 'member' });
  assert.deepEqual(data.kith.limits, { text: 4000, frame: 65536 });
  assert.equal(data.kith.passive, 0);
  assert.deepEqual(Object.keys(subs), ['user:hello']);
  assert.deepEqual([ping, pong, expires, session, node], [25, true, true, undefined, undefined]);
  assert.ok(ttl > 3500 && ttl <= 3600);
  assert.ok(Math.abs(time - Date.now()) < 60000);
  await raw.close();
});

test('mode none subscribes nothing, personal the own channel, all the rooms too; anonymous users get none', async () => {
  const room = await roomOf('modes');
  const channels = async (mode) => {
    const raw = await Raw.connected(server, 'modes', { data: { kith: { subscriptions: mode } } });
    await raw.close();
    return Object.keys(raw.hello.connect.subs ?? {}).sort();
  };
  assert.deepEqual(await channels('none'), []);
  assert.deepEqual(await channels('personal'), ['user:modes']);
  assert.deepEqual(await channels('all'), [`room:${room}`, 'user:modes'].sort());
  const anonymous = await Raw.connected(server, '', { data: { kith: { subscriptions: 'all' } } });
  assert.equal(anonymous.hello.connect.subs, undefined);
  assert.deepEqual((await anonymous.ask({ subscribe: { channel: `room:${room}` } })).error, error(103, 'permission_denied'));
  assert.equal((await anonymous.rpc('room.list')).error.code, 101);
  await anonymous.close();
});

test('connect comes first and once, and with credentials: anything else closes with 3501', async () => {
  assert.deepEqual(await closedBy({ id: 1, rpc: { method: 'room.list' } }), kBadRequest);
  assert.deepEqual(await closedBy(connect(), connect({}, 2)), kBadRequest);
  assert.deepEqual(await closedBy({ id: 1, connect: {} }), kBadRequest);
  assert.deepEqual(await closedBy({ id: 1, connect: { token: '' } }), kBadRequest);
  for (const subs of [7, 'x', [], true]) assert.deepEqual(await closedBy({ id: 1, connect: { token: 'x', subs } }), kBadRequest);
});

test('a cookie is no credential of a realtime connection', async () => {
  const answer = await server.rest('POST', '/register', { body: { handle: 'cookie', display_name: 'Cookie', password: 'a long enough password' }, headers: { Origin: server.url } });
  assert.equal(answer.status, 201);
  const raw = await Raw.open(server, { headers: { Cookie: answer.headers.get('set-cookie').split(';')[0] } });
  raw.send({ id: 1, connect: {} });
  assert.deepEqual(await raw.closed, kBadRequest);
});

test('what is no command closes with 3501', async () => {
  const wrong = ['', ' ', '\n', 'hello', '[]', '7', '"x"', 'null', '{', '{"id":1', '{"id":1}', '{"id":2,"nothing":{}}', '{"id":2,"ping":{}}',
    '{"id":0,"rpc":{"method":"room.list"}}', '{"rpc":{"method":"room.list"}}', '{"id":-1,"rpc":{}}', '{"id":4294967296,"rpc":{}}',
    '{"id":1.5,"rpc":{}}', '{"id":"2","rpc":{}}', '{"id":2,"rpc":7}', '{"id":2,"subscribe":{"channel":7}}', '{"id":2,"subscribe":{}}',
    '{"id":2,"subscribe":{"channel":""}}', '{"id":2,"history":{"channel":""}}', '{"id":2,"presence":{}}', '{"id":2,"presence_stats":{}}',
    '{"id":2,"unsubscribe":{}}', '{"id":2,"publish":{}}', '{"id":2,"history":{"channel":"room:x","limit":1,"since":{"offset":"5"}}}',
    '{"id":2,"history":{"channel":"room:x","since":{"offset":-1}}}', '{"id":2,"history":{"channel":"room:x","since":7}}', '{"id":2,"sub_refresh":{}}', '{"id":2,"refresh":{}}',
    `{"id":2,"rpc":{"method":"room.list","data":${'['.repeat(100)}${']'.repeat(100)}}}`, '{"id":2,"rpc":{"method":"a"}}garbage',
    Buffer.from([0x02, 0x08, 0x01])];
  for (const text of wrong) {
    const raw = await Raw.connected(server, 'wrong');
    raw.text(text);
    assert.deepEqual(await raw.closed, kBadRequest, text.toString());
  }
});

test('several commands may share a frame, and unknown fields are ignored', async () => {
  const raw = await Raw.open(server);
  raw.text(`${JSON.stringify({ ...connect(), more: [1] })}\n{"id":2,"rpc":{"method":"room.list","data":{"colour":"red"},"x":{}}}\n\n{"id":3,"unsubscribe":{"channel":"room:none"}}\n`);
  assert.ok((await raw.reply(2)).rpc.data.rooms);
  assert.deepEqual(await raw.reply(3), { id: 3, unsubscribe: {} });
  await raw.close();
});

test('who does not connect in time is closed with 3502', async () => {
  const raw = await Raw.open(hasty);
  assert.deepEqual(await raw.closed, { code: 3502, reason: 'stale' });
});

test('an invalid token closes with 3500, an expired one answers 109 or 110, after which nothing goes', async () => {
  const invalid = { code: 3500, reason: 'invalid token' };
  const parts = token('ann').split('.');
  const none = `${Buffer.from('{"alg":"none","typ":"JWT"}').toString('base64url')}.${parts[1]}.`;
  const wrong = ['x', 'a.b.c', none, `${parts[0]}.${parts[1]}.AAAA`, token('ann', {}, 'another secret'), token('ann', { channel: 'room:x' }),
    token('ann', { channels: ['room:x'] }), token('ann', { subs: { 'user:ann': {} } }), token('ann', { exp: 'soon' })];
  for (const one of wrong) assert.deepEqual(await closedBy({ id: 1, connect: { token: one } }), invalid, one);

  for (const [claims, code, name] of [
    [{ exp: now() - 10 }, 109, 'token_expired'], [{ nbf: now() + 1000 }, 109, 'token_expired'], [{ expire_at: now() - 10 }, 110, 'expired'],
  ]) {
    const raw = await Raw.open(server);
    raw.send(connect(claims));
    assert.deepEqual(await raw.reply(1), { id: 1, error: error(code, name) });
    raw.send({ id: 2, rpc: { method: 'room.list' } });
    assert.deepEqual(await raw.closed, kBadRequest);
  }
});

test('a command that was sent right behind a refused connect closes with 3501 too', async () => {
  const raw = await Raw.open(server);
  raw.send(connect({ exp: now() - 10 }), { id: 2, rpc: { method: 'room.list' } });
  assert.deepEqual(await raw.closed, kBadRequest);
  assert.equal(raw.messages[0].error.code, 109);
});

test('a refresh prolongs the connection; a bad one ends it with the code that says why', async () => {
  const raw = await Raw.connected(server, 'fresh');
  const { refresh } = await raw.ask({ refresh: { token: token('fresh', { exp: now() + 7200 }) } });
  assert.equal(refresh.client, raw.hello.connect.client);
  assert.ok(refresh.expires && refresh.ttl > 7000);
  assert.equal((await raw.ask({ refresh: { token: token('fresh', { expire_at: 0 }) } })).refresh.expires, undefined);
  await raw.close();
  for (const [bad, code] of [[token('other'), 3500], ['x', 3500], ['', 3501], [token('fresh', { exp: now() - 10 }), 3005]]) {
    const one = await Raw.connected(server, 'fresh');
    one.send({ id: 2, refresh: { token: bad } });
    assert.equal((await one.closed).code, code);
  }
});

test('publish, subscription tokens, tag filters and unknown kinds are refused on reserved channels', async () => {
  const room = await roomOf('kinds');
  const channel = `room:${room}`;
  const raw = await Raw.connected(server, 'kinds');
  const refused = async (command) => (await raw.ask(command)).error;
  assert.deepEqual(await refused({ publish: { channel, data: {} } }), error(103, 'permission_denied'));
  assert.deepEqual(await refused({ publish: { channel, data: {}, type: 1 } }), error(108, 'not_available'));
  assert.deepEqual(await refused({ subscribe: { channel, token: 'x' } }), error(103, 'permission_denied'));
  assert.deepEqual(await refused({ subscribe: { channel, tf: {} } }), error(107, 'bad_request:tf'));
  assert.deepEqual(await refused({ subscribe: { channel, type: 1 } }), error(108, 'not_available'));
  assert.deepEqual(await refused({ sub_refresh: { channel, token: 'x' } }), error(103, 'permission_denied'));
  const { subscribe } = await raw.ask({ subscribe: { channel, delta: 'fossil' } });
  assert.equal(subscribe.delta, undefined);
  assert.deepEqual(await refused({ sub_refresh: { channel, token: '' } }), error(107, 'bad_request:token'));
  assert.deepEqual(await refused({ sub_refresh: { channel, token: 'x', type: 1 } }), error(108, 'not_available'));
  assert.deepEqual(await refused({ rpc: { method: 'no.such', data: {} } }), error(108, 'not_available'));
  assert.deepEqual(await refused({ rpc: { method: '', data: {} } }), error(108, 'not_available'));
  assert.deepEqual(await refused({ rpc: { method: 'room.get', data: [] } }), error(107, 'bad_request'));
  assert.deepEqual(await refused({ rpc: { method: 'room.get' } }), error(107, 'bad_request:room'));
  await raw.close();
});

test('a channel name is judged by its form before anybody is asked', async () => {
  const raw = await Raw.connected(server, 'names');
  for (const command of ['subscribe', 'history', 'presence', 'presence_stats', 'publish']) {
    const refused = async (channel) => (await raw.ask({ [command]: { channel, ...(command === 'publish' && { data: {} }) } })).error?.code;
    for (const name of ['lobby', 'room', '$room', '#42', 'room:', 'room:a.b', 'room:a!', '$room:x', `room:${'x'.repeat(65)}`,
      'user:', ...(command.startsWith('presence') ? [] : ['user:names2']), 'group:x', 'staff:x', 'staff:room:x', 'room:x:y']) {
      assert.equal(await refused(name), 103, `${command} ${name}`);
    }
    for (const name of ['chat:x', 'Room:x', '$chat:x', 'rooms:x', ':x']) assert.equal(await refused(name), 102, `${command} ${name}`);
    for (const name of ['room:ä', 'room:a b', 'room:\n', `room:${'x'.repeat(251)}`]) assert.equal(await refused(name), 107, `${command} ${name}`);
  }
  await raw.close();
});

test('subscribing twice answers 105, also to a channel of the server; above the limit 106', async () => {
  const rooms = [];
  for (let i = 0; i < 4; i += 1) rooms.push(await roomOf('limit'));
  const raw = await Raw.connected(server, 'limit');
  const subscribe = async (channel) => (await raw.ask({ subscribe: { channel } })).error;
  assert.deepEqual(await subscribe('user:limit'), error(105, 'already_subscribed'));
  assert.equal(await subscribe(`room:${rooms[0]}`), undefined);
  assert.deepEqual(await subscribe(`room:${rooms[0]}`), error(105, 'already_subscribed'));
  assert.equal(await subscribe(`room:${rooms[1]}`), undefined);
  assert.equal(await subscribe(`room:${rooms[2]}`), undefined);
  assert.deepEqual(await subscribe(`room:${rooms[3]}`), error(106, 'limit_exceeded'));
  await raw.ask({ unsubscribe: { channel: `room:${rooms[0]}` } });
  assert.equal(await subscribe(`room:${rooms[3]}`), undefined);
  const everything = await Raw.connected(server, 'limit', { data: { kith: { subscriptions: 'all' } } });
  assert.deepEqual((await everything.ask({ subscribe: { channel: `room:${rooms[0]}` } })).error, error(105, 'already_subscribed'));
  await raw.close();
  await everything.close();
});

test('subscribe and unsubscribe of one channel, sent at once, are answered in their order', async () => {
  const channel = `room:${await roomOf('toggle')}`;
  const raw = await Raw.connected(server, 'toggle');
  raw.send({ id: 11, subscribe: { channel } }, { id: 12, unsubscribe: { channel } }, { id: 13, unsubscribe: { channel } },
    { id: 14, subscribe: { channel } }, { id: 15, subscribe: { channel } }, { id: 16, unsubscribe: { channel } }, { id: 17, subscribe: { channel } });
  await raw.reply(17);
  const mine = raw.messages.filter((message) => message.id > 10);
  assert.deepEqual(mine.map((m) => [m.id, m.error?.code ?? (m.subscribe ? 'subscribed' : 'unsubscribed')]), [
    [11, 'subscribed'], [12, 'unsubscribed'], [13, 'unsubscribed'], [14, 'subscribed'], [15, 105], [16, 'unsubscribed'], [17, 'subscribed'],
  ]);
  await raw.close();
});

test('send closes with 3508, a pong that nobody asked for with 3501', async () => {
  assert.deepEqual(await closedBy(connect(), { send: { data: {} } }), { code: 3508, reason: 'not available' });
  assert.deepEqual(await closedBy(connect(), '{}'), kBadRequest);
});

test('a ping comes within the interval and is answered; silence closes with 3012', async () => {
  const alive = await Raw.connected(hasty, 'alive');
  const silent = await Raw.connected(hasty, 'silent');
  silent.answersPings = false;
  assert.equal(alive.hello.connect.ping, 1);
  assert.deepEqual(await silent.closed, { code: 3012, reason: 'no pong' });
  assert.equal(silent.pings, 1);
  await alive.until(() => alive.pings >= 2);
  assert.equal(alive.ended, undefined);
  await alive.close();
});

test('a connection whose token has expired and was not refreshed is closed with 3005', async () => {
  const raw = await Raw.open(hasty);
  const { connect: { expires, ttl } } = await raw.ask(connect({ exp: now() + 2 }));
  assert.ok(expires && ttl <= 2);
  assert.deepEqual(await raw.closed, { code: 3005, reason: 'connection expired' });
});
