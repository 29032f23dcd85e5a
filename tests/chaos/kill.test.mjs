// kill -9 at any moment, also at every single write: nothing acknowledged is lost, nothing doubled, no hole.
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { Server } from '../system/lib/server.mjs';
import { History } from './history.mjs';
import { Busy, Person, makeRoom, topsOf } from './people.mjs';
import { Proxy } from './proxy.mjs';
import { long, pause, seeded } from './random.mjs';

const rounds = Number(process.env.KITH_ROUNDS ?? (long ? 500 : 20));

// The line through the proxy keeps its address while servers come and go.
async function stage() {
  const server = new Server();
  const proxy = await new Proxy(() => server.port).listen();
  const history = new History();
  const person = (user, options) => new Person(server, user, history, { websocket: proxy.websocket, ...options });
  return { server, proxy, history, person };
}

async function judge({ history }, reader, rooms, watchers) {
  const tops = await topsOf(reader, rooms);
  for (const watcher of watchers) await watcher.reached(tops);
  for (const room of rooms) await history.read(reader, room);
  for (const watcher of watchers.filter((one) => one.mode === 'all')) {
    await watcher.reached(await topsOf(watcher, [], [`user:${watcher.user}`]));
    await history.readLog(watcher, `user:${watcher.user}`);
  }
  return history.mustHold({ recoverable: 400 });
}

test(`${rounds} rounds of kill -9 at a random moment under load lose nothing`, { timeout: long ? 3_000_000 : 400_000 }, async () => {
  const random = seeded('kill');
  const set = await stage();
  const { server, proxy, person } = set;
  await server.start();
  const [ann, ben, cyd, dan, eve, fay] = ['ann', 'ben', 'cyd', 'dan', 'eve', 'fay'].map((user, i) => person(user, { mode: i === 5 ? 'personal' : 'all' }));
  const people = [ann, ben, cyd, dan, eve, fay];
  for (const one of people) await one.connect();
  const rooms = [];
  for (const name of ['one', 'two', 'three']) rooms.push(await makeRoom(ann, people.slice(1), name));
  for (const room of rooms) await fay.subscribe(`room:${room}`);
  const busy = [ann, ben, cyd, dan].map((one) => new Busy(one, rooms, random.branch(), { guests: one === ann ? ['ben', 'cyd', 'dan'] : [] }));
  const working = busy.map((one) => one.run());
  const starts = [];
  for (let round = 0; round < rounds; round += 1) {
    await pause(random.whole(200, 2000));
    await server.kill();
    server.port = 0;
    const began = performance.now();
    await server.start();
    starts.push(performance.now() - began);
  }
  busy.forEach((one) => { one.stopped = true; });
  await Promise.all(working);
  const counts = await judge(set, eve, rooms, [ann, eve, fay]);
  assert.ok(counts.acknowledged > rounds, 'hardly anything was acknowledged');
  console.log(`kill: ${rounds} rounds, ${JSON.stringify(counts)}, ready again after at most ${Math.round(Math.max(...starts))} ms`);
  people.forEach((one) => one.leaveStage());
  await proxy.close();
  await server.stop();
});

const strace = existsSync('/usr/bin/strace');
const noStrace = strace ? false : 'SKIPPED: strace is missing';

// Dies when a thread enters its k-th write or sync: while the database is made (fresh), or while it works.
async function dieAt({ k, fresh }, seedling) {
  const set = await stage();
  const { server, proxy, person } = set;
  if (!fresh) {
    await server.start();
    await server.kill('SIGTERM');
    server.port = 0;
  }
  server.wrap = ['strace', '-f', '-qq', '-o', '/dev/null', '-e', 'trace=pwrite64,fdatasync,fsync', '-e', `inject=pwrite64,fdatasync:signal=KILL:when=${k}`];
  server.environment = { ASAN_OPTIONS: 'detect_leaks=0' };
  let died = false;
  const again = async () => {
    died = true;
    server.wrap = [];
    server.port = 0;
    await server.start();
  };
  const started = await server.start().then(() => true, () => false);
  const revived = started ? server.exited.then(again) : again();
  if (!started) await revived;
  const people = ['ann', 'ben'].map((user) => person(user, { mode: 'all' }));
  for (const one of people) await one.connect();
  const [ann, ben] = people;
  const room = await makeRoom(ann, [ben]);
  const busy = people.map((one) => new Busy(one, [room], seedling.branch(), { guests: one === ann ? ['ben'] : [] }));
  await Promise.all(busy.map((one) => one.run(40)));
  const survived = !died;
  if (survived) endTraced(server);
  await revived;
  const counts = await judge(set, ann, [room], [ann]);
  people.forEach((one) => one.leaveStage());
  await proxy.close();
  await server.stop();
  return { ...counts, died: survived ? 'not' : started ? 'atWork' : 'atStart' };
}

// The tracer ends with what it traces.
function endTraced(server) {
  const { pid } = server.process;
  const [child] = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ');
  process.kill(Number(child), 'SIGKILL');
}

const upTo = (count) => Array.from({ length: count }, (_, i) => i + 1);
const moments = [
  ...(long ? upTo(80) : [4, 40]).map((k) => ({ k, fresh: true })),
  ...(long ? upTo(200) : [2, 9, 30, 77]).map((k) => ({ k, fresh: false })),
];

test(`a kill at the k-th write, ${moments.length} values of k, loses nothing`, { timeout: long ? 3_000_000 : 200_000, skip: noStrace }, async () => {
  const random = seeded('kill at a write');
  const total = { acknowledged: 0, entries: 0, atStart: 0, atWork: 0, not: 0 };
  for (const moment of moments) {
    const counts = await dieAt(moment, random.branch()).catch((error) => { throw new Error(`${JSON.stringify(moment)}: ${error.message}`, { cause: error }); });
    total.acknowledged += counts.acknowledged;
    total.entries += counts.entries;
    total[counts.died] += 1;
  }
  console.log(`kill at a write: ${JSON.stringify(total)}`);
});
