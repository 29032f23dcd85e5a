// Who stops reading hurts only himself: he is cut off at a bounded queue, the others lose nothing, and he recovers.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { Server } from '../system/lib/server.mjs';
import { History } from './history.mjs';
import { Person, makeRoom, metric, pageGaps, topsOf } from './people.mjs';
import { Proxy } from './proxy.mjs';

const each = 50;
const queueMax = 1024 * 1024;
const stepsMax = 200;
const together = 4;
const text = '🐢'.repeat(4000);
const python = '/usr/bin/python3';
const skip = existsSync(python) ? false : `SKIPPED: ${python} is missing`;

const residentKiB = (pid) => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]);
const bytesOf = (proxy) => [...proxy.lines].map((line) => line.down);

// Fifty lines whose readers can be told to stop. Each word is answered with the bytes each line got so far.
class StoppedReaders {
  async start(port) {
    this.process = spawn(python, [new URL('stopped_readers.py', import.meta.url).pathname, String(port)], { stdio: ['pipe', 'pipe', 'inherit'] });
    this.lines = createInterface({ input: this.process.stdout })[Symbol.asyncIterator]();
    this.port = Number((await this.lines.next()).value);
    return this;
  }

  async say(word) {
    this.process.stdin.write(`${word}\n`);
    return JSON.parse((await this.lines.next()).value);
  }

  end() { this.process.stdin.end(); }
}

// A few messages after the other until all who stopped are cut off: [bytes sent to each so far, how many are cut].
async function speak({ server, ann, room, healthy, proxy }) {
  const steps = [];
  for (let i = 0; i < stepsMax; i += 1) {
    const sent = await Promise.all(Array.from({ length: together }, () => ann.say(room, text)));
    const offset = Math.max(...sent.map((one) => one.offset));
    await Promise.all(healthy.map((one) => one.reached(new Map([[`room:${room}`, offset]]))));
    const cut = await metric(server, 'kith_disconnects_total{code="3008"}');
    steps.push({ sent: Math.min(...bytesOf(proxy)), cut });
    if (cut >= each) return steps;
  }
  return assert.fail(`after ${stepsMax * together} messages only ${steps.at(-1).cut} of ${each} are cut off`);
}

test(`${each} readers that stop beside ${each} healthy ones`, { timeout: 240_000, skip }, async () => {
  const server = await new Server({ flags: ['--client.ping_interval=600000', '--drain.timeout=0'] }).start();
  const history = new History();
  const proxy = await new Proxy(() => server.port).listen();
  const readers = await new StoppedReaders().start(server.port);
  const ann = await new Person(server, 'ann', history).connect();
  const crowd = async (name, port) => {
    const people = Array.from({ length: each }, (_, i) => new Person(server, `${name}${i}`, history, { mode: 'all', websocket: `ws://127.0.0.1:${port}/connection/websocket`, options: { maxServerPingDelay: 600_000 } }));
    await Promise.all(people.map((one) => one.connect()));
    return people;
  };
  const healthy = await crowd('healthy', proxy.port);
  const stopped = await crowd('stopped', readers.port);
  const room = await makeRoom(ann, [...healthy, ...stopped]);
  await Promise.all([...healthy, ...stopped].map(async (one) => one.reached(await topsOf(one, [room]))));

  const before = residentKiB(server.process.pid);
  const start = { healthy: Math.min(...bytesOf(proxy)), stopped: await readers.say('stop') };
  const steps = await speak({ server, ann, room, healthy, proxy });
  const grown = residentKiB(server.process.pid) - before;
  assert.equal(await metric(server, 'kith_disconnects_total{code="3009"}'), 0);

  // They read on: first what the kernel still held, then, on a new line, all they missed.
  await readers.say('go');
  const tops = await topsOf(ann, [room]);
  await Promise.all([...healthy, ...stopped].map((one) => one.reached(tops)));
  let paged = 0;
  for (const one of stopped) paged += await pageGaps(one);
  const got = (await readers.say('count')).slice(0, each).map((bytes, i) => bytes - start.stopped[i]).sort((a, b) => b - a);
  // Of those not yet cut at a step, the one that got least had the longest queue.
  const queues = steps.filter(({ cut }) => cut < each).map(({ sent, cut }) => sent - start.healthy - got[each - 1 - cut]);
  const longest = Math.max(...queues);
  const told = stopped.filter((one) => one.closes.some(({ code }) => code === 3008)).length;
  assert.equal(healthy.filter((one) => one.closes.some(({ code }) => code > 0)).length, 0, 'a healthy reader was cut off');
  assert.ok(longest <= queueMax, `${longest} bytes waited for one reader`);
  assert.ok(told > 0, 'nobody was told 3008');
  await history.read(ann, room);
  const counts = history.mustHold();
  console.log(`slow: ${steps.length * together} messages of ${Buffer.byteLength(text)} bytes, ${each} cut off, ${told} were told 3008, at most ${Math.round(longest / 1024)} KiB waited for one, the process grew by ${Math.round(grown / 1024)} MiB, ${paged} entries paged, ${JSON.stringify(counts)}`);
  [ann, ...healthy, ...stopped].forEach((one) => one.leaveStage());
  await proxy.close();
  readers.end();
  await server.stop();
});
