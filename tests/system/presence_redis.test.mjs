// Presence in Redis: what other programs read there, and what becomes of it when Redis or the server goes.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Client } from './lib/client.mjs';
import { Redis } from './lib/redis.mjs';
import { Server } from './lib/server.mjs';
import { degraded, eventually } from './lib/states.mjs';

let redis;
let server;
before(async () => {
  redis = await new Redis().start();
  server = await new Server({ environment: { KITH_REDIS_PRESENCE: redis.url } }).start();
});
after(async () => {
  await server.stop();
  await redis.kill();
});

const members = (key) => redis.ask('SMEMBERS', key).then((users) => users.sort());

async function makeRoom(...users) {
  const [owner, ...others] = users;
  const { room } = (await server.rest('POST', '/rooms', { user: owner, body: { name: 'Presence' } })).body;
  for (const user of others) await server.rest('POST', `/rooms/${room.id}/join`, { user });
  return room.id;
}

test('other programs read who is online and who types under the asked-for keys', async () => {
  const room = await makeRoom('key-ann', 'key-bob');
  const group = (await server.rest('POST', '/groups', { user: 'key-ann', body: { name: 'Keys' } })).body.group.id;
  const ann = await new Client(server, 'key-ann').connect();
  await new Client(server, 'key-bob').connect();
  await eventually(() => members(`room:${room}:online`), (users) => users.length === 2);
  assert.deepEqual(await members(`room:${room}:online`), ['key-ann', 'key-bob']);
  assert.deepEqual(await members(`group:${group}:online`), ['key-ann']);
  assert.deepEqual((await members('users:online')).filter((user) => user.startsWith('key-')), ['key-ann', 'key-bob']);
  assert.equal((await ann.rpc('presence.count', { room })).count, 2);
  await ann.rpc('chat.typing', { room, on: true });
  await eventually(() => redis.ask('HKEYS', `room:${room}:typing`), (typing) => typing.length === 1);
  assert.deepEqual(await redis.ask('HKEYS', `room:${room}:typing`), ['key-ann']);
  ann.disconnect();
  await eventually(() => members(`room:${room}:online`), (users) => users.length === 1);
});

test('without Redis messages go on, questions of presence fail for the moment, and all is there again once it is back', async () => {
  const room = await makeRoom('gone-ann', 'gone-bob');
  const ann = await new Client(server, 'gone-ann').connect();
  await eventually(() => members(`room:${room}:online`), (users) => users.length === 1);
  await redis.kill();
  await eventually(() => degraded(server), (what) => what.includes('presence away'));
  assert.ok((await ann.send(room, 'still here')).offset > 0);
  const refused = await server.rest('GET', `/rooms/${room}/presence/count`, { user: 'gone-ann' });
  assert.equal(refused.status, 503);
  const bob = await new Client(server, 'gone-bob').connect();
  await redis.start();
  await eventually(() => members(`room:${room}:online`), (users) => users.length === 2);
  assert.deepEqual(await degraded(server), []);
  assert.equal((await bob.rpc('presence.count', { room })).count, 2);
});

test('a server that stops leaves its people online until its last lease is over, and then another takes them out', async () => {
  const other = await new Server({ flags: ['--presence.grace=60000'], environment: { KITH_REDIS_PRESENCE: redis.url } }).start();
  const { room } = (await other.rest('POST', '/rooms', { user: 'stop-ann', body: { name: 'Stop' } })).body;
  await new Client(other, 'stop-ann').connect();
  const online = () => members(`room:${room.id}:online`);
  await eventually(online, (users) => users.length === 1);
  await other.kill('SIGTERM');
  assert.deepEqual(await online(), ['stop-ann']);
  const leases = await redis.ask('ZRANGE', 'kith:nodes', '0', '-1', 'WITHSCORES');
  const now = Number((await redis.ask('TIME'))[0]) * 1000;
  assert.ok(Number(leases.at(-1)) > now + 30_000, `the lease is of before: ${leases}`);
  await redis.ask('ZADD', 'kith:nodes', '0', leases.at(-2));
  await eventually(online, (users) => users.length === 0);
  await other.stop();
});

test('an address that is none is refused at the start, and the password is not told', async () => {
  const wrong = new Server({ environment: { KITH_REDIS_PRESENCE: 'redis://kith:hunter2@' } });
  await assert.rejects(wrong.start(), (error) => /redis\.presence: there is no host/.test(error.message) && !/hunter2/.test(error.message));
  await wrong.stop();
});
