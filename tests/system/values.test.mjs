// Any value in any place: the answer is an answer or a coded close, and the server lives.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Raw } from './lib/raw.mjs';
import { Server, token } from './lib/server.mjs';

let server;
let room;
before(async () => {
  server = await new Server().start();
  room = (await server.rest('POST', '/rooms', { user: 'ann', body: { name: 'Values' } })).body.room.id;
});
after(() => server.stop());

const kValues = [7, -1, 0, 1.5, 2 ** 53, 1e300, 'x', '', '\u0000', [], [[]], {}, { a: { b: [1] } }, null, true, false, 'x'.repeat(5000)];

const commands = () => {
  const channel = `room:${room}`;
  const position = { recover: true, epoch: 'x', offset: 1 };
  return [
    { connect: { token: token('ann'), data: { kith: { subscriptions: 'all', join_leave: false } }, subs: { [channel]: position }, name: 'js', version: '1', headers: { a: 'b' }, flag: 1 } },
    { subscribe: { channel, token: '', ...position, data: { a: 1 }, positioned: true, recoverable: true, join_leave: true, delta: 'fossil', tf: { op: 'eq' }, flag: 1, type: 1, limit: 1 } },
    { unsubscribe: { channel } }, { publish: { channel, data: { a: 1 }, type: 1 } }, { presence: { channel } }, { presence_stats: { channel } },
    { history: { channel, limit: 5, since: { offset: 1, epoch: 'x' }, reverse: true } }, { send: { data: {} } }, { refresh: { token: token('ann') } },
    { sub_refresh: { channel, token: 'x', type: 0 } }, { pong: {} },
    { rpc: { method: 'chat.send', data: { room, text: 'a', nonce: 'n', format: 'plain', reply_to: 2 } } },
    { rpc: { method: 'chat.history', data: { room, before: 2, after: 2, around: 2, limit: 5 } } },
    { rpc: { method: 'chat.typing', data: { room, on: true } } },
    { rpc: { method: 'room.list', data: { joined: true, cursor: 'x', limit: 5 } } },
    { rpc: { method: 'room.create', data: { name: 'a', topic: 'b', nonce: 'c' } } },
    { rpc: { method: 'room.kick', data: { room, user: 'bob', reason: 'x' } } },
    { rpc: { method: 'presence.room', data: { room, cursor: 'x', limit: 5 } } },
    { rpc: { method: 'presence.user', data: { user: 'bob' } } },
    { rpc: { method: 'presence.setTTL', data: { room, seconds: 60 } } },
  ];
};

/** Every object that differs from `value` by one place. */
function* mutations(value) {
  if (value === null || typeof value !== 'object') return;
  for (const key of Object.keys(value)) {
    for (const other of kValues) yield { ...value, [key]: other };
    const { [key]: missing, ...rest } = value;
    yield rest;
    for (const inner of mutations(value[key])) yield { ...value, [key]: inner };
  }
}

test('no value in any field of any command does more than end its own connection, with a code', async () => {
  for (const command of commands()) {
    for (const mutant of mutations({ id: 2, ...command })) {
      const raw = command.connect ? await Raw.open(server) : await Raw.connected(server, 'ann');
      raw.text(JSON.stringify(mutant));
      if (!command.connect) raw.send({ id: 99, rpc: { method: 'room.get', data: { room } } });
      await raw.until(() => raw.ended !== undefined || raw.messages.some((m) => m.id === (command.connect ? mutant.id : 99)), JSON.stringify(mutant).slice(0, 200));
      if (raw.ended) assert.ok([3500, 3501, 3508].includes(raw.ended.code), `${raw.ended.code} for ${JSON.stringify(mutant).slice(0, 300)}`);
      else await raw.drop();
    }
  }
  assert.equal((await server.rest('GET', `/rooms/${room}`, { user: 'ann' })).status, 200);
});

test('no value in any field of a body is answered by anything but 2xx or a problem of 4xx', async () => {
  const origin = { Origin: server.url };
  const requests = [
    ['POST', `/rooms/${room}/messages`, { text: 'a', nonce: 'n2', format: 'plain', reply_to: 2 }, { user: 'ann' }],
    ['PATCH', `/rooms/${room}/messages/2`, { text: 'a', nonce: 'n3' }, { user: 'ann' }],
    ['POST', '/rooms', { name: 'a', topic: 'b', nonce: 'c2' }, { user: 'ann' }],
    ['POST', '/login', { handle: 'nobody', password: 'x' }, { headers: origin }],
    ['POST', '/setup', { token: 'x', handle: 'abc', display_name: 'b', password: 'c' }, { headers: origin }],
    ['POST', '/logout', { everywhere: true }, { headers: origin }],
  ];
  for (const [method, path, body, options] of requests) {
    for (const mutant of mutations(body)) {
      const answer = await server.rest(method, path, { ...options, body: mutant });
      assert.ok(answer.status < 300 || (answer.status >= 400 && answer.status < 500 && answer.body.code), `${answer.status} for ${path} ${JSON.stringify(mutant).slice(0, 200)}`);
    }
  }
});

test('no claim in a token does more than refuse it', async () => {
  const claims = { sub: 'ann', exp: 2000000000, nbf: 1, iat: 1, aud: 'x', iss: 'y', jti: 'z', info: { name: 'n', handle: 'h' }, b64info: 'e30=', channels: [], subs: {}, meta: {}, expire_at: 2000000000 };
  for (const mutant of mutations(claims)) {
    const raw = await Raw.open(server);
    raw.send({ id: 1, connect: { token: token('ann', mutant) } });
    await raw.until(() => raw.ended !== undefined || raw.messages.length > 0, JSON.stringify(mutant).slice(0, 200));
    if (raw.ended) assert.ok([3500, 3501].includes(raw.ended.code), `${raw.ended.code} for ${JSON.stringify(mutant).slice(0, 300)}`);
    else await raw.drop();
  }
  assert.equal((await server.rest('GET', `/rooms/${room}`, { user: 'ann' })).status, 200);
});
