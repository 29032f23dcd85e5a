// Lines cut at any byte, most of all between "I was at 41" and "you are live": no gap, no repeat, no half recovery.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Server } from '../system/lib/server.mjs';
import { History } from './history.mjs';
import { Person, makeRoom, metric, pageGaps, topsOf } from './people.mjs';
import { Proxy } from './proxy.mjs';
import { long, pause, seeded } from './random.mjs';

const cuts = Number(process.env.KITH_CUTS ?? (long ? 2000 : 200));
const listeners = 40;
const perSecond = 300;
const inFlightMax = 100;

// So that the load lasts: no more cuts than this in a second.
const cutsPerSecond = 20;
const isDoomed = (line) => line.faults.how !== undefined && !line.isCut;
const allowed = (proxy) => Math.min(cuts, ((performance.now() - proxy.began) / 1000) * cutsPerSecond);

// What befalls the next line: mostly a cut somewhere in its first bytes, where the hand-over is.
function fateOf(random, proxy) {
  const doomed = [...proxy.lines].filter(isDoomed).length;
  if (proxy.cuts + doomed >= allowed(proxy)) return {};
  const how = random.pick(['reset', 'reset', 'end']);
  const delay = random.chance(0.1) ? random.whole(1, 40) : 0;
  const hold = random.chance(0.1) ? random.whole(100, 2000) : 0;  // away for longer: more is missing than memory holds
  if (random.chance(0.25)) return { how, delay, hold, cutUp: random.scaled(1, 3000) };
  return { how, delay, hold, cutDown: random.scaled(1, random.chance(0.7) ? 20_000 : 200_000) };
}

// At a steady rate, as far as the machine can; what waits is bounded.
async function talk(senders, rooms, stopped) {
  const waiting = new Set();
  const began = performance.now();
  let sent = 0;
  while (!stopped()) {
    const due = Math.min(((performance.now() - began) / 1000) * perSecond - sent, inFlightMax - waiting.size);
    for (let i = 0; i < due; i += 1) {
      const one = senders[sent % senders.length].say(rooms[sent % rooms.length], `message ${sent}`).finally(() => waiting.delete(one));
      waiting.add(one);
      sent += 1;
    }
    await pause(20);
  }
  await Promise.all(waiting);
  return { sent, seconds: (performance.now() - began) / 1000 };
}

async function stage(random) {
  const server = await new Server({ flags: ['--drain.timeout=0', '--history.ring_entries=16'] }).start();
  const proxy = new Proxy(() => server.port, () => fateOf(random, proxy));
  proxy.began = Infinity;  // nothing is cut until all stand
  await proxy.listen();
  const history = new History();
  const senders = Array.from({ length: 6 }, (_, i) => new Person(server, `sender${i}`, history));
  for (const one of senders) await one.connect();
  const people = Array.from({ length: listeners }, (_, i) => new Person(server, `listener${i}`, history, { mode: i % 2 === 0 ? 'all' : 'personal', websocket: proxy.websocket }));
  await Promise.all(people.map((one) => one.connect()));
  const rooms = [];
  for (const name of ['one', 'two', 'three']) rooms.push(await makeRoom(senders[0], [...senders.slice(1), ...people], name));
  for (const one of people.filter((each) => each.mode !== 'all')) for (const room of rooms) await one.subscribe(`room:${room}`);
  return { server, proxy, history, senders, people, rooms };
}

// Lines die by their own plan as bytes pass; one that stands is cut from outside.
async function cutThemAll(random, proxy) {
  proxy.began = performance.now();
  while (proxy.cuts < cuts) {
    await pause(random.whole(5, 50));
    const standing = [...proxy.lines].filter((line) => !line.isCut);
    if (proxy.cuts < allowed(proxy) && standing.length > 0) random.pick(standing).cut('reset');
  }
}

test(`${listeners} clients, ${cuts} cuts of the line, at ${perSecond} messages/s: every entry once and in order`, { timeout: long ? 3_000_000 : 300_000 }, async () => {
  const random = seeded('cuts');
  const { server, proxy, history, senders, people, rooms } = await stage(random);
  let done = false;
  const talking = talk(senders, rooms, () => done);
  await cutThemAll(random, proxy);
  done = true;
  const { sent, seconds } = await talking;
  proxy.heal();
  const tops = await topsOf(senders[0], rooms);
  await Promise.all(people.map((one) => one.reached(tops)));
  for (const one of people) await pageGaps(one);
  for (const room of rooms) await history.read(senders[0], room);
  const counts = history.mustHold({ recoverable: 400 });
  const fromStore = await metric(server, 'kith_recoveries_total{result="store"}');
  console.log(`cuts: ${proxy.cuts} cuts, ${sent} messages, ${Math.round(sent / seconds)} a second, ${JSON.stringify(counts)}, ${fromStore} recoveries from the store`);
  assert.ok(fromStore > 0);
  assert.ok(counts.recovered >= cuts, 'too few recoveries to prove anything');
  [...people, ...senders].forEach((one) => one.leaveStage());
  await proxy.close();
  await server.stop();
});

// K2. A dead line is found by the pings alone: short ones here, in the long form also those of a real server and client,
// which take half a minute to find it.
const pings = [{ name: 'short pings', flags: ['--client.ping_interval=2000', '--client.pong_timeout=1000'], options: { maxServerPingDelay: 1000 } }];
if (long) pings.push({ name: 'real pings', flags: [], options: {} });
for (const { name, flags, options } of pings) test(`K2: a half-open line, a slow line and a delayed one lose nothing (${name})`, { timeout: 120_000 }, async () => {
  const random = seeded('bad lines');
  const server = await new Server({ flags: [...flags, '--drain.timeout=0'] }).start();
  const history = new History();
  const fates = { silent: { cutDown: random.whole(3000, 9000), how: 'silent' }, slow: { rate: 20_000 }, late: { delay: 100 } };
  const ann = await new Person(server, 'ann', history).connect();
  const proxies = [];
  const people = [];
  for (const [user, fate] of Object.entries(fates)) {
    const plans = [fate];
    const proxy = await new Proxy(() => server.port, () => plans.shift() ?? {}).listen();
    proxies.push(proxy);
    people.push(await new Person(server, user, history, { mode: 'all', websocket: proxy.websocket, options }).connect());
  }
  const room = await makeRoom(ann, people);
  for (let i = 0; i < 100; i += 1) await ann.say(room, `message ${i}`);
  const tops = await topsOf(ann, [room]);
  await Promise.all(people.map((one) => one.reached(tops)));
  await history.read(ann, room);
  console.log(`bad lines: ${JSON.stringify(history.mustHold({ recoverable: 400 }))}`);
  [ann, ...people].forEach((one) => one.leaveStage());
  for (const proxy of proxies) await proxy.close();
  await server.stop();
});
