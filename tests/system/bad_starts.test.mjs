// What an operator reads who has set up something wrong: one sentence that says what it is and what to do.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { MongoDb } from './lib/mongodb.mjs';
import { Redis } from './lib/redis.mjs';
import { Server } from './lib/server.mjs';
import { degraded, eventually } from './lib/states.mjs';

let redis;
let mongodb;
before(async () => { [redis, mongodb] = await Promise.all([new Redis().start(), new MongoDb().start()]); });
after(() => Promise.all([redis.kill(), mongodb.stop()]));

const kNobody = 'redis://127.0.0.1:1';
const withUser = (user, database = 0) => `redis://${user}:hunter2@127.0.0.1:${redis.port}/${database}`;
/** A user of Redis with the rights that docs/reference/redis.md lists, and these. */
const makeUser = (name, ...rights) => redis.ask('ACL', 'SETUSER', name, 'on', '>hunter2', '&kith:*', '~kith:*', '~users:online', '~room:*', '~group:*',
  '+@all', '-@admin', '-@dangerous', '+info', ...rights);

/** The last words of a server that does not start. */
async function refusal(environment) {
  const server = new Server({ environment });
  const words = await server.start().then(() => 'it started', (error) => error.message);
  await server.stop();
  assert.doesNotMatch(words, /hunter2/);
  return words;
}

/** Runs a server until its log has a line with this event; the line. */
async function logged(event, environment, check = async () => undefined) {
  const server = await new Server({ environment }).start();
  try {
    const lines = () => server.errors.split('\n').filter((line) => line.endsWith('}')).map((line) => JSON.parse(line));
    const line = await eventually(() => lines().find((one) => one.event === event), Boolean, `${event} in ${server.errors}`);
    await check(server);
    assert.doesNotMatch(server.errors, /hunter2/);
    return line;
  } finally {
    await server.stop();
  }
}

const isDegraded = (what) => (server) => eventually(() => degraded(server), (list) => list.includes(what));

test('MongoDB that is not there', async () => {
  assert.match(await refusal({ KITH_STORE_URI: 'mongodb://kith:hunter2@127.0.0.1:1/kith' }),
    /MongoDB at 127\.0\.0\.1:1 cannot be reached: .*Start it, or correct its address/);
});

test('MongoDB with another password', async (t) => {
  if (!mongodb.uri) return t.skip('there is no MongoDB server');
  assert.match(await refusal({ KITH_STORE_URI: mongodb.database('password', 'kith:hunter2@') }), /the user name or the password in its address is wrong/);
});

test('MongoDB that is no replica set, or another', async (t) => {
  const standalone = await new MongoDb().start('--standalone');
  try {
    if (!standalone.uri) return t.skip('there is no MongoDB server');
    assert.match(await refusal({ KITH_STORE_URI: standalone.database('standalone') }), /is a standalone server: .*start mongod with --replSet, and call rs\.initiate\(\) once/);
    assert.match(await refusal({ KITH_STORE_URI: `${standalone.database('standalone')}?replicaSet=rs0` }), /it is no member of the replica set rs0/);
  } finally {
    await standalone.stop();
  }
});

test('servers on one store that nothing joins', async (t) => {
  if (!mongodb.uri) return t.skip('there is no MongoDB server');
  const uri = mongodb.database('joined');
  assert.match((await logged('not_joined', { KITH_STORE_URI: uri })).do, /set redis\.broker/);
  assert.match((await logged('presence_of_this_server', { KITH_STORE_URI: uri, KITH_REDIS_BROKER: redis.url })).do, /set redis\.presence/);
});

test('a broker for a store that one server has alone', async () => {
  assert.match((await logged('joins_nobody', { KITH_REDIS_BROKER: redis.url })).do, /set store\.uri/);
});

test('Redis that is not there: the server serves without it', async () => {
  assert.match((await logged('broker_disconnected', { KITH_REDIS_BROKER: kNobody }, isDegraded('broker away'))).do, /start Redis, or correct redis\.broker/);
  assert.match((await logged('presence_disconnected', { KITH_REDIS_PRESENCE: kNobody }, isDegraded('presence away'))).do, /start Redis, or correct redis\.presence/);
});

test('Redis with another password', async () => {
  for (const [option, event] of [['broker', 'broker_disconnected'], ['presence', 'presence_disconnected']]) {
    const line = await logged(event, { [`KITH_REDIS_${option.toUpperCase()}`]: withUser('stranger') });
    assert.match(line.why, /WRONGPASS/);
    assert.match(line.do, new RegExp(`password in redis\\.${option}`));
  }
});

test('a database that Redis has not', async () => {
  await makeUser('far');
  assert.match((await logged('broker_disconnected', { KITH_REDIS_BROKER: withUser('far', 99) })).do, /name a database in redis\.broker/);
});

test('a user of Redis who may not do what is needed', async () => {
  await makeUser('mute', '-publish');
  assert.match((await logged('broker_publication_refused', { KITH_REDIS_BROKER: withUser('mute') })).do, /publish on channels kith:\*/);
  await makeUser('deaf', 'resetchannels', '&other:*');
  assert.match((await logged('broker_subscription_refused', { KITH_REDIS_BROKER: withUser('deaf') })).do, /at all channels kith:\*/);
  await makeUser('idle', '-@scripting');
  assert.match((await logged('presence_script_refused', { KITH_REDIS_PRESENCE: withUser('idle') }, isDegraded('presence refused'))).do, /rights/);
  await makeUser('setless', '-zadd');
  assert.match((await logged('presence_beat_refused', { KITH_REDIS_PRESENCE: withUser('setless') }, isDegraded('presence refused'))).do, /rights/);
  await makeUser('blind', '-info');
  assert.match((await logged('presence_settings_unknown', { KITH_REDIS_PRESENCE: withUser('blind') })).do, /rights/);
});

test('Redis that throws keys away', async () => {
  await redis.ask('CONFIG', 'SET', 'maxmemory-policy', 'allkeys-lru');
  const line = await logged('presence_may_be_evicted', { KITH_REDIS_PRESENCE: redis.url });
  await redis.ask('CONFIG', 'SET', 'maxmemory-policy', 'noeviction');
  assert.equal(line.maxmemory_policy, 'allkeys-lru');
  assert.match(line.do, /noeviction/);
});

test('two stores on one database of Redis', async () => {
  const joined = (database) => ({ KITH_REDIS_BROKER: withUser('kith', database), KITH_REDIS_PRESENCE: withUser('kith', database) });
  await makeUser('kith');
  const first = await new Server({ environment: joined(1) }).start();
  try {
    await eventually(() => degraded(first), (list) => list.length === 0);
    assert.match((await logged('presence_shared', joined(1), isDegraded('presence shared'))).do, /a database of its own in redis\.presence/);
    assert.match((await logged('frame_refused', joined(1))).do, /a database of its own/);
    assert.deepEqual(await degraded(first), []);
    assert.doesNotMatch(first.errors, /presence_shared|_refused"(?!.*forged)/);
    const apart = await new Server({ environment: joined(2) }).start();
    await eventually(() => degraded(apart), (list) => list.length === 0);
    await apart.stop();
    assert.doesNotMatch(apart.errors, /"(error|warn)".*(shared|refused|disconnected)/);
  } finally {
    await first.stop();
  }
});
