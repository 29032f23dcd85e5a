// A disk that is full, fails, is damaged, locked or forbidden: a clear word, and nothing acknowledged lost.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, closeSync, copyFileSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { Server } from '../system/lib/server.mjs';
import { History } from './history.mjs';
import { Busy, Person, makeRoom, metric, topsOf } from './people.mjs';
import { long, seeded } from './random.mjs';

const MiB = 1024 * 1024;
const quiet = { ASAN_OPTIONS: 'detect_leaks=0' };  // the leak checker cannot work under strace

const root = process.getuid() === 0;
const noMount = root && spawnSync('mount', ['--version']).status === 0 ? false : 'SKIPPED: only root can mount a small disk';
const noTool = (tool) => (existsSync(tool) ? false : `SKIPPED: ${tool} is missing`);

// A disk of its own, or undefined where mounting is refused.
function smallDisk(t, bytes) {
  const folder = mkdtempSync(join(tmpdir(), 'kith-disk-'));
  if (spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${bytes}`, 'kith-test', folder]).status !== 0) return undefined;
  const forget = () => {
    spawnSync('umount', ['-l', folder]);
    rmSync(folder, { recursive: true, force: true });
  };
  t.after(forget);
  return { folder, data: join(folder, 'data'), ballast: join(folder, 'ballast') };
}

// Takes space until only `left` is free; 0: until nothing is.
function fill({ folder, ballast }, left) {
  const file = openSync(ballast, 'a');
  const free = () => Number(spawnSync('stat', ['-f', '-c', '%a %S', folder], { encoding: 'utf8' }).stdout.trim().split(' ').reduce((a, b) => a * b));
  const block = Buffer.alloc(MiB);
  try {
    for (let more = free() - left; more > 0; more = free() - left) writeSync(file, block, 0, Math.min(more, MiB));
  } catch (error) {
    if (error.code !== 'ENOSPC') throw error;
  }
  closeSync(file);
}

async function stage(options) {
  const server = await new Server(options).start();
  const history = new History();
  const [ann, ben] = ['ann', 'ben'].map((user) => new Person(server, user, history, { mode: 'all', options: { timeout: 30_000 } }));
  await ann.connect();
  await ben.connect();
  const room = await makeRoom(ann, [ben]);
  return { server, history, ann, ben, room };
}

async function finish({ server, history, ann, ben, room }, watchers = [ben]) {
  const tops = await topsOf(ann, [room]);
  for (const one of watchers) await one.reached(tops);
  await history.read(ann, room);
  const counts = history.mustHold();
  [ann, ben].forEach((one) => one.leaveStage());
  await server.stop();
  return counts;
}

// Sends, each once, until one is refused for a while. What was refused was not written.
async function sendUntil({ ann, room }, name, most = 5000) {
  for (let i = 0; i < most; i += 1) {
    const result = await ann.say(room, `filling ${'x'.repeat(2000)}`, {}, { giveUp: () => true });
    if (result === undefined && ann.lastError.message === name) return ann.lastError;
    assert.ok(result !== undefined, `refused with ${ann.lastError?.code} ${ann.lastError?.message}`);
  }
  return assert.fail(`never refused with ${name}`);
}

for (const [what, low] of [['nearly full', 24 * MiB], ['full to the last byte', 0]]) {
  test(`a disk that is ${what}: writes pause, all else goes on, and they return with the space`, { timeout: 120_000, skip: noMount }, async (t) => {
    const disk = smallDisk(t, 64 * MiB);
    if (disk === undefined) return t.skip('SKIPPED: mounting a small disk is refused here');
    const set = await stage({ folder: disk.data, flags: [`--store.free_space_low=${low}`] });
    const { server, ann, ben, room } = set;
    for (let i = 0; i < 20; i += 1) await ann.say(room, `before ${i}`);
    fill(disk, low === 0 ? 0 : low - MiB);
    const error = await sendUntil(set, 'read_only');
    assert.equal(error.temporary, true);
    assert.match(await (await fetch(`${server.internal}/readyz`)).text(), /read only/);

    // Reads, presence and live signals go on.
    const page = await ben.rpc('chat.history', { room, limit: 5 });
    assert.ok(page.messages.length > 0);
    let typing = false;
    ben.onHeard = (ctx) => { typing ||= ctx.data.type === 'typing'; };
    await ann.rpc('chat.typing', { room, on: true });
    await ben.until(() => typing, 'a signal on a full disk');
    const tab = await new Person(server, 'ben', set.history, { mode: 'all' }).connect();
    await tab.reached(await topsOf(tab, [room]));

    rmSync(disk.ballast);
    const freed = performance.now();
    await ann.say(room, 'there is space again');
    const back = Math.round(performance.now() - freed);
    assert.ok(back < 25_000, `writes returned after ${back} ms`);
    assert.equal(await metric(server, 'kith_store_read_only'), 0);
    const counts = await finish(set, [ben, tab]);
    tab.leaveStage();
    console.log(`disk ${what}: writes were back after ${back} ms, ${JSON.stringify(counts)}`);
    return undefined;
  });
}

test('a start on a full disk is refused in words', { timeout: 30_000, skip: noMount }, async (t) => {
  const disk = smallDisk(t, 16 * MiB);
  if (disk === undefined) return t.skip('SKIPPED: mounting a small disk is refused here');
  fill(disk, MiB);
  await assert.rejects(new Server({ folder: disk.data }).start(), /is full/);
  return undefined;
});

for (const [how, when] of [['once', '40'], ['for ever', '40+']]) {
  test(`a sync that fails ${how}: nobody is told "done", the process ends with 74, and nothing is lost`, { timeout: 120_000, skip: noTool('/usr/bin/strace') }, async () => {
    const random = seeded(`failed sync ${how}`);
    const wrap = ['strace', '-f', '-qq', '-o', '/dev/null', '-e', 'trace=fdatasync', '-e', `inject=fdatasync:error=EIO:when=${when}`];
    const set = await stage({ wrap, environment: quiet });
    const { server, ann, ben, room } = set;
    const acknowledged = () => set.history.records.filter((record) => record.kind === 'ok').length;
    let atFailure;
    for (const one of [ann, ben]) one.onTrouble = (error) => { if (error.code >= 100) atFailure ??= { error, acknowledged: acknowledged() }; };
    const busy = [ann, ben].map((one) => new Busy(one, [room], random.branch(), { guests: one === ann ? ['ben'] : [] }));
    const working = busy.map((one) => one.run());
    const { code } = await server.exited;
    assert.equal(code, 74);
    assert.match(server.errors, /fdatasync|disk I\/O error|Input\/output error/);
    if (atFailure !== undefined) {
      assert.equal(atFailure.error.temporary, true);
      // Answers of the commit before may still be under way, at most one for each sender.
      assert.ok(acknowledged() - atFailure.acknowledged <= 1, 'acknowledged after the failure');
    }
    busy.forEach((one) => { one.stopped = true; });
    server.wrap = [];
    await server.start();
    await Promise.all(working);
    await ben.write('room.join', room);  // he may have been put out by the last act
    const counts = await finish(set, [ben, ann]);
    console.log(`failed sync ${how}: told ${atFailure?.error.message ?? 'only by the end of the line'}, ${JSON.stringify(counts)}`);
  });
}

// What a member can read of a room, as pages of text, of which the last may be a refusal.
async function shown(server, room) {
  const ann = new Person(server, 'ann', new History());
  const refused = await ann.connect().then(() => undefined, (error) => error.message);
  if (refused !== undefined) return { messages: [{ refused }], log: [] };
  const ask = (question) => question.then(JSON.stringify, (error) => {
    if (error.code === undefined) throw error;
    return { refused: error.message };
  });
  const messages = [];
  for (let before; ;) {
    const page = await ask(ann.rpc('chat.history', { room, limit: 10, ...(before ? { before } : {}) }));
    messages.push(page);
    if (page.refused !== undefined || !JSON.parse(page).has_more_before) break;
    before = Math.min(...JSON.parse(page).messages.map(({ seq }) => seq));
  }
  const log = [];
  for (let offset = 0; ; offset += 10) {
    const page = await ask(ann.centrifuge.history(`room:${room}`, { limit: 10, since: { offset, epoch: '' } }).then(({ publications }) => publications));
    log.push(page);
    if (page.refused !== undefined || JSON.parse(page).length === 0) break;
  }
  ann.leaveStage();
  return { messages, log };
}

// Pages that are right up to their end, or to where reading was refused.
function isRefused(pages, whole, what) {
  const refused = pages.at(-1)?.refused !== undefined;
  const right = refused ? pages.slice(0, -1) : pages;
  assert.deepEqual(right, refused ? whole.slice(0, right.length) : whole, `${what}: other contents than were written`);
  return refused;
}

function damage(random, file) {
  const size = statSync(file).size;
  const kind = random.pick(['flip', 'flip', 'page', 'end']);
  if (kind === 'end') {
    truncateSync(file, random.whole(0, size - 1));
    return 'cut short';
  }
  const bytes = readFileSync(file);
  const at = random.whole(0, size - 1);
  if (kind === 'flip') bytes[at] ^= 1 << random.whole(0, 7);
  else bytes.fill(0, at - (at % 4096), at - (at % 4096) + 4096);
  writeFileSync(file, bytes);
  return `${kind} at ${at}`;
}

// A room with every kind of row, cleanly closed.
async function sample(random) {
  const set = await stage();
  const busy = new Busy(set.ann, [set.room], random.branch(), { guests: ['ben'] });
  await busy.run(60);
  const whole = await shown(set.server, set.room);
  set.ann.leaveStage();
  set.ben.leaveStage();
  await set.server.kill('SIGTERM');
  return { folder: set.server.folder, room: set.room, whole };
}

const places = long ? 200 : 14;

test(`a database file damaged at ${places} places is refused or served right, never wrong`, { timeout: long ? 1_200_000 : 240_000 }, async () => {
  const random = seeded('damage');
  const { folder, room, whole } = await sample(random);
  const seen = { refusedAtStart: 0, refusedOnRead: 0, right: 0 };
  for (let i = 0; i < places; i += 1) {
    const copy = mkdtempSync(join(tmpdir(), 'kith-damaged-'));
    copyFileSync(join(folder, 'kith.db'), join(copy, 'kith.db'));
    const what = damage(random, join(copy, 'kith.db'));
    const server = new Server({ folder: copy });
    const refusal = await server.start().then(() => undefined, (error) => error.message);
    if (refusal !== undefined) {
      assert.match(refusal, /ended \([1-9]\d*\).*(damaged|cannot|could not|database)/s, `${what}: ${refusal}`);
      assert.doesNotMatch(refusal, /Sanitizer|ASSERT/, what);
      seen.refusedAtStart += 1;
    } else {
      const { messages, log } = await shown(server, room);
      const refused = [isRefused(messages, whole.messages, what), log.length > 0 && isRefused(log, whole.log, what)];
      seen[refused.includes(true) ? 'refusedOnRead' : 'right'] += 1;
      const { code } = await server.kill('SIGTERM');
      assert.ok(code === 0 || code === 74, `${what}: ended with ${code}: ${server.errors}`);
    }
    rmSync(copy, { recursive: true, force: true });
  }
  rmSync(folder, { recursive: true, force: true });
  console.log(`damage: ${JSON.stringify(seen)}`);
});

test('a folder without write permission is refused in words', { timeout: 30_000 }, async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'kith-forbidden-'));
  const wrap = root ? ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'] : [];
  if (root && spawnSync(wrap[0], [...wrap.slice(1), process.env.KITH_BINARY, 'version']).status !== 0) return t.skip('SKIPPED: another user cannot run the binary here');
  chmodSync(folder, 0o555);
  await assert.rejects(new Server({ folder, wrap }).start(), /cannot be written to: Permission denied/);
  rmSync(folder, { recursive: true, force: true });
  return undefined;
});

test('a second server on one folder is refused in words, and the first goes on', { timeout: 60_000 }, async () => {
  const set = await stage();
  await set.ann.say(set.room, 'before');
  await assert.rejects(new Server({ folder: set.server.folder }).start(), /is in use by another kith/);
  await set.ann.say(set.room, 'after');
  await finish(set);
});

const holder = `
import sqlite3, sys
db = sqlite3.connect(sys.argv[1], isolation_level=None)
for begin in sys.stdin:
    if begin.strip() == "end":
        db.execute("ROLLBACK")
    else:
        db.execute(begin)
        db.execute("SELECT count(*) FROM entries").fetchone()
    print("done", flush=True)
`;

test('another program holds the database: reading goes on, writes wait or fail for a while, the log file shrinks after', { timeout: 120_000, skip: noTool('/usr/bin/python3') }, async () => {
  const set = await stage();
  const { server, ann, ben, room } = set;
  const other = spawn('/usr/bin/python3', ['-c', holder, join(server.folder, 'kith.db')], { stdio: ['pipe', 'pipe', 'inherit'] });
  const tell = (word) => new Promise((done) => {
    other.stdout.once('data', done);
    other.stdin.write(`${word}\n`);
  });
  const wal = () => statSync(join(server.folder, 'kith.db-wal')).size;
  await tell('BEGIN');  // a reader that stays
  let most = 0;
  for (let i = 0; most < 20 * MiB && i < 4000; i += 1) {
    await Promise.all([ann, ben, ann, ben].map((one) => one.say(room, `while it reads ${'x'.repeat(3000)}`)));
    most = wal();
  }
  await tell('end');
  for (let i = 0; wal() >= most && i < 4000; i += 1) await Promise.all([ann, ben, ann, ben].map((one) => one.say(room, `after it read ${'x'.repeat(3000)}`)));
  assert.ok(wal() < most, `the log file stays at ${wal()} bytes`);

  await tell('BEGIN IMMEDIATE');  // a writer that stays
  const trouble = sendUntil(set, 'internal');
  assert.ok((await ben.rpc('chat.history', { room, limit: 5 })).messages.length > 0);
  const error = await trouble;
  assert.equal(error.temporary, true);
  await tell('end');
  await ann.say(room, 'free again');
  other.stdin.end();
  const counts = await finish(set);
  console.log(`held: the log file grew to ${Math.round(most / 1024)} KiB and shrank, ${JSON.stringify(counts)}`);
});
