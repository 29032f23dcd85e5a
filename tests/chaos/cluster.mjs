// Nodes on one MongoDB and one Redis, each reached through a line of the node's own; people on all of them; and a load
// that lasts as long as what befalls them.
import { randomBytes } from 'node:crypto';
import { Redis } from '../system/lib/redis.mjs';
import { Server } from '../system/lib/server.mjs';
import { History } from './history.mjs';
import { Person, makeRoom, metric, pageGaps } from './people.mjs';
import { Proxy } from './proxy.mjs';
import { long, pause } from './random.mjs';

const uri = process.env.KITH_TEST_MONGODB_URI;
export const noCluster = uri ? false : 'SKIPPED: there is no MongoDB (script/mongodb brings one)';

const nodeCount = long ? 3 : 2;
const messagesMin = Number(process.env.KITH_MESSAGES ?? (long ? 10_000 : 1000));
const perSecond = 200;
const talkersPerNode = 4;

export class Cluster {
  async start() {
    this.redis = await new Redis().start();
    const store = new URL(uri);
    this.storePort = Number(store.port);
    this.database = `kith_test_cluster_${randomBytes(6).toString('hex')}`;
    this.nodes = [];
    this.casts = 0;
    for (let i = 0; i < nodeCount; i += 1) this.nodes.push(await this.makeNode());
    return this;
  }

  async makeNode() {
    const redisLine = await new Proxy(() => this.redis.port).listen();
    const storeLine = await new Proxy(() => this.storePort).listen();
    const redis = `redis://127.0.0.1:${redisLine.port}`;
    const server = await new Server({
      flags: ['--drain.timeout=0'],
      environment: {
        // Not by its own name for itself: that would lead around the line.
        KITH_STORE_URI: `mongodb://127.0.0.1:${storeLine.port}/${this.database}?directConnection=true`,
        KITH_REDIS_BROKER: redis,
        KITH_REDIS_PRESENCE: redis,
      },
    }).start();
    const people = await new Proxy(() => server.port).listen();
    return { server, redisLine, storeLine, people };
  }

  async stop() {
    for (const { server, redisLine, storeLine, people } of this.nodes) {
      await server.stop();
      for (const proxy of [redisLine, storeLine, people]) await proxy.close();
    }
    await this.redis.kill();
  }

  async sum(name) {
    const all = await Promise.all(this.nodes.map(({ server }) => metric(server, name)));
    return all.reduce((one, other) => one + other, 0);
  }

  /** People on every node, all members of two new rooms: nobody hears of an earlier fault. */
  async cast() {
    const history = new History();
    this.casts += 1;
    const talkers = [];
    const returning = [];  // one of each node, whose line can be cut
    const readers = [];
    for (const [n, { server, people }] of this.nodes.entries()) {
      const user = (what) => `${what}-${this.casts}-${n}`;
      for (let i = 0; i < talkersPerNode; i += 1) talkers.push(new Person(server, user(`talker${i}`), history, { mode: i % 2 === 0 ? 'all' : 'personal' }));
      returning.push(new Person(server, user('listener'), history, { mode: 'all', websocket: people.websocket }));
      readers.push(new Person(server, user('reader'), history, { mode: 'personal' }));
    }
    const all = [...talkers, ...returning, ...readers];
    await Promise.all(all.map((one) => one.connect()));
    const rooms = [];
    for (const name of ['one', 'two']) rooms.push(await makeRoom(all[0], all.slice(1), name));
    for (const one of readers) for (const room of rooms) await one.subscribe(`room:${room}`);
    const watchers = all.filter((one) => one.mode === 'all' || readers.includes(one));
    return { cluster: this, history, rooms, talkers, returning, all, watchers };
  }
}

/** Sends on all nodes at a steady rate, as far as the machine can, until it is told to stop. */
class Load {
  constructor({ talkers, rooms }) {
    this.rooms = rooms;
    this.begun = performance.now();
    this.sent = 0;
    this.stopped = false;
    this.waits = [];  // ms until each answer, of what the fault met
    this.measures = false;
    this.struck = false;
    this.ended = Promise.all(talkers.map((one) => this.talk(one)));
  }

  async talk(person) {
    while (!this.stopped) {
      const number = this.sent;
      const early = this.begun + (number / perSecond) * 1000 - performance.now();
      if (early > 0) {
        await pause(early);
        continue;
      }
      this.sent += 1;
      const { measures, struck } = this;
      const at = performance.now();
      await person.say(this.rooms[number % this.rooms.length], `message ${number}`);
      if (measures || struck !== this.struck) this.waits.push(performance.now() - at);
    }
  }

  async reaches(count) {
    while (this.sent < count) await pause(20);
  }

  get latency() {
    const sorted = this.waits.toSorted((one, other) => one - other);
    const at = (part) => Math.round(sorted[Math.ceil(sorted.length * part) - 1] ?? 0);
    return `p50 ${at(0.5)}, p99 ${at(0.99)}, longest ${at(1)} ms`;
  }
}

// The highest offsets that somebody was told of: nobody is asked, so that nobody is woken by it.
function acknowledged(history, rooms) {
  const tops = new Map(rooms.map((room) => [`room:${room}`, 0]));
  for (const { kind, scope, offset } of history.records) {
    if (kind === 'ok' && tops.has(scope) && offset !== undefined) tops.set(scope, Math.max(tops.get(scope), offset));
  }
  return tops;
}

/**
 * A load on all nodes; `strike` when it is going, for `ms` and until enough was sent and `meanwhile` was done; the load
 * ends; `heal`. From there on everybody must become complete without anything new. `lasts`: the load goes on until after `heal`.
 */
export async function endure(cluster, name, { strike, meanwhile = () => {}, ms = 0, heal = () => {}, lasts = false }) {
  const cast = await cluster.cast();
  const load = new Load(cast);
  await load.reaches(messagesMin / 5);
  load.measures = load.struck = true;
  await strike(cast);
  await Promise.all([meanwhile(cast), pause(ms)]);
  if (!lasts) await load.reaches(messagesMin);
  load.measures = lasts;
  load.stopped = !lasts;
  await heal(cast);
  load.measures = false;
  if (lasts) await load.reaches(messagesMin);
  load.stopped = true;
  await load.ended;
  const quiet = performance.now();
  await complete(cast);
  const took = Math.round(performance.now() - quiet);
  console.log(`${name}: ${JSON.stringify(await judge(cast))}, answers in the fault ${load.latency}, complete ${took} ms after the last answer`);
}

/** Everybody hears everything that was acknowledged. */
export async function complete({ history, rooms, watchers }) {
  const tops = acknowledged(history, rooms);
  await Promise.all(watchers.map((one) => one.reached(tops)));
}

/** The history must hold; what it counted. */
export async function judge({ history, rooms, all, watchers }) {
  for (const one of watchers) await pageGaps(one);
  for (const room of rooms) await history.read(all[0], room);
  const counts = history.mustHold({ recoverable: 400 });
  all.forEach((one) => one.leaveStage());
  watchers.forEach((one) => one.leaveStage());
  return counts;
}

/** On every node somebody new comes, and somebody who was there comes back: both get all that is there. */
export async function comeAndComeBack({ cluster, history, returning, watchers }) {
  for (const [n, { server, people }] of cluster.nodes.entries()) {
    const known = returning[n];
    const coming = new Person(server, known.user, history, { mode: 'all' });
    watchers.push(coming);
    await coming.connect();
    const back = new Promise((done) => known.centrifuge.once('connected', done));
    people.cutAll();
    await back;
  }
}
