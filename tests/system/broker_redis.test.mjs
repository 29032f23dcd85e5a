// A server that is joined to others through Redis: what it says there, and what becomes of it when Redis goes.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Client } from './lib/client.mjs';
import { Redis } from './lib/redis.mjs';
import { Server } from './lib/server.mjs';
import { degraded, eventually, metric } from './lib/states.mjs';

let redis;
let server;
before(async () => {
  redis = await new Redis().start();
  server = await new Server({ environment: { KITH_REDIS_BROKER: redis.url, KITH_REDIS_PRESENCE: redis.url } }).start();
});
after(async () => {
  await server.stop();
  await redis.kill();
});

const channels = () => redis.ask('PUBSUB', 'CHANNELS');
async function makeRoom(owner) {
  return (await server.rest('POST', '/rooms', { user: owner, body: { name: 'Joined' } })).body.room.id;
}

test('what somebody listens to is subscribed, and what is written is told', async () => {
  const room = await makeRoom('ann');
  const ann = await new Client(server, 'ann', { mode: 'all' }).connect();
  await eventually(channels, (names) => names.includes(`kith:0:room:${room}`));
  for (const name of ['hwm', 'presence']) assert.ok((await channels()).includes(`kith:0:${name}`));
  const before = await metric(server, 'kith_broker_frames_total{to="others"}');
  assert.ok((await ann.send(room, 'hello')).offset > 0);
  await eventually(() => metric(server, 'kith_broker_frames_total{to="others"}'), (sent) => sent > before);
});

test('without Redis people connect, write and read; and all is as before once it is back', async () => {
  const room = await makeRoom('bob');
  await eventually(() => degraded(server), (what) => what.length === 0);
  await redis.kill();
  await eventually(() => degraded(server), (what) => what.includes('broker away'));
  const bob = await new Client(server, 'bob', { mode: 'all' }).connect();
  assert.ok((await bob.send(room, 'still here')).offset > 0);
  await redis.start();
  await eventually(() => degraded(server), (what) => what.length === 0);
  await eventually(channels, (names) => names.includes(`kith:0:room:${room}`));
  await eventually(() => metric(server, 'kith_unverified_scopes'), (scopes) => scopes === 0);
  assert.ok((await bob.send(room, 'and here')).offset > 0);
});
