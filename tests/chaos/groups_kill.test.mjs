// D24: joining, leaving and being put out go over several commits: after a kill -9 at any write of them all ends as undisturbed.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { Server } from '../system/lib/server.mjs';
import { long, seeded } from './random.mjs';
import { mustAgree, settled, stored } from './stored.mjs';

const skip = existsSync('/usr/bin/strace') ? false : 'SKIPPED: strace is missing';
const quiet = { ASAN_OPTIONS: 'detect_leaks=0' };  // the leak checker cannot work under strace

const call = (server, user, path, body = {}) =>
  server.rest('POST', path, { user, body, headers: { 'Idempotency-Key': `once-${user}-${path.replaceAll('/', '-')}` } });

async function must(asked) {
  const answer = await asked;
  assert.ok(answer.status < 300, JSON.stringify(answer.body));
  return answer.body;
}

// A folder with the owner's group of three rooms, two of them default rooms; `inside`: bob is in all of them.
async function prepare(inside) {
  const folder = mkdtempSync(join(tmpdir(), 'kith-steps-'));
  const server = await new Server({ folder, flags: ['--drain.timeout=0'] }).start();
  const { group: { id: group } } = await must(call(server, 'owner', '/groups', { name: 'Steps' }));
  const rooms = [];
  for (const name of ['one', 'two', 'three']) {
    const made = await must(server.rest('POST', '/rooms', { user: 'owner', body: { name, group } }));
    rooms.push(made.room.id);
  }
  await must(server.rest('PATCH', `/groups/${group}`, { user: 'owner', body: { default_rooms: rooms.slice(0, 2) } }));
  await must(server.rest('GET', '/groups', { user: 'bob' }));
  if (inside) {
    await must(call(server, 'bob', `/groups/${group}/join`));
    await must(call(server, 'bob', `/rooms/${rooms[2]}/join`));
  }
  await settled(folder);
  await server.stop();
  return { folder, group, rooms: [...rooms, group], inside };
}

// What must be equal: all but the times.
const compared = ({ logs, members, requests }) => JSON.stringify([[...logs].map(([scope, log]) => [scope, log.map(({ at, ...rest }) => rest)]), [...members], requests], null, 1);

// A reader who is no member of the group gets nothing of its rooms. Being inside begins or ends once: before or after
// what he read the group must have shown him as a member.
class Probe {
  constructor(server, set) { Object.assign(this, { server, set, stopped: false, reads: 0 }); }

  async run() {
    while (!this.stopped) await this.look().catch((error) => { if (error.code !== undefined || error.name === 'AssertionError') throw error; });
  }

  async isMember() {
    const { body, status } = await this.server.rest('GET', `/groups/${this.set.group}`, { user: 'bob' });
    assert.equal(status, 200);
    return body.group.joined;
  }

  async look() {
    const before = await this.isMember();
    const read = [];
    for (const room of this.set.rooms) {
      const { status } = await this.server.rest('GET', `/rooms/${room}/messages`, { user: 'bob' });
      if (status === 200) read.push(room);
    }
    const after = await this.isMember();
    this.reads += 1;
    if (read.length > 0) assert.ok(this.set.inside ? before : after, `read ${read} as no member`);
  }
}

const gone = (error) => error.name === 'TypeError';  // fetch: the server is no more

// Kills when a thread enters its k-th write from now on. Resolves once it is attached.
async function killAt(server, k) {
  const tracer = spawn('strace', ['-f', '-o', '/dev/null', '-p', String(server.process.pid), '-e', 'trace=pwrite64,fdatasync', '-e', `inject=pwrite64,fdatasync:signal=KILL:when=${k}`], { stdio: ['ignore', 'ignore', 'pipe'] });
  const ended = new Promise((done) => tracer.once('exit', done));
  await new Promise((attached, failed) => {
    let said = '';
    tracer.stderr.on('data', (chunk) => { said += chunk; if (/attached/.test(said)) attached(); });
    tracer.once('exit', () => failed(new Error(`strace: ${said}`)));
  });
  return { release: () => { tracer.kill('SIGTERM'); return ended; } };
}

// What a dead server left, seen in a copy: it is the server's to bring its folder in order.
function asLeft(folder) {
  const copy = mkdtempSync(join(tmpdir(), 'kith-left-'));
  cpSync(folder, copy, { recursive: true, filter: (name) => !name.endsWith('.sock') });
  const seen = stored(copy);
  rmSync(copy, { recursive: true, force: true });
  return seen;
}

// The deed, struck at the k-th write; its end as it is stored, and whether there were so many writes.
async function struck(set, deed, k) {
  const folder = mkdtempSync(join(tmpdir(), 'kith-struck-'));
  cpSync(set.folder, folder, { recursive: true });
  const before = compared(stored(folder));
  const server = await new Server({ folder, flags: ['--drain.timeout=0'], environment: quiet }).start();
  const probe = new Probe(server, set);
  const probing = probe.run().catch((error) => { if (!gone(error)) probe.failed = error; });
  const killer = k === undefined ? undefined : await killAt(server, k);
  const answered = await deed(server, set).catch((error) => { if (!gone(error)) throw error; return undefined; });
  if (answered !== undefined) await settled(folder);
  const died = answered === undefined || server.process.exitCode !== null || server.process.signalCode !== null;
  probe.stopped = true;
  await probing;
  if (probe.failed) throw probe.failed;
  if (!died) await killer?.release();
  const left = died ? asLeft(folder) : stored(folder);
  const untouched = compared(left) === before && left.tasks.length === 0;
  if (died) {
    await server.exited;
    server.port = 0;
    await server.start();
    await resumed(server, set, deed, untouched ? before : undefined);
  } else if (k !== undefined) assert.ok(answered.status < 300);
  const now = await settled(folder);
  mustAgree(now);
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
  return { end: compared(now), died };
}

// What was begun goes on by itself; the client, who has heard nothing, says it once more.
async function resumed(server, set, deed, before) {
  const probe = new Probe(server, set);
  const probing = probe.run();
  const now = await settled(server.folder);
  if (before !== undefined) assert.equal(compared(now), before);
  const again = await must(deed(server, set));
  assert.equal(again.duplicate === true, before === undefined, JSON.stringify(again));
  await settled(server.folder);
  probe.stopped = true;
  await probing;
}

const deeds = {
  joining: { inside: false, run: (server, { group }) => call(server, 'bob', `/groups/${group}/join`) },
  leaving: { inside: true, run: (server, { group }) => call(server, 'bob', `/groups/${group}/leave`) },
  'being kicked': { inside: true, run: (server, { group }) => call(server, 'owner', `/groups/${group}/members/bob/kick`) },
};

for (const [name, { inside, run }] of Object.entries(deeds)) {
  test(`D24, ${name}: a kill at any of its writes changes nothing of the end`, { timeout: long ? 3_000_000 : 400_000, skip }, async () => {
    const random = seeded(name);
    const set = await prepare(inside);
    const { end } = await struck(set, run);
    let [k, kills] = [long ? 1 : random.whole(1, 3), 0];
    for (; ; k += long ? 1 : random.whole(4, 8)) {
      const what = await struck(set, run, k).catch((error) => { throw new Error(`k = ${k}: ${error.message}`, { cause: error }); });
      assert.equal(what.end, end, `k = ${k}`);
      if (!what.died) break;
      kills += 1;
    }
    console.log(`${name}: ${kills} kills, over after fewer than ${k} writes`);
    assert.ok(kills > 1);
    rmSync(set.folder, { recursive: true, force: true });
  });
}
