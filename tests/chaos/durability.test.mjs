// Acknowledged means synced: no reply and no fan-out of a message before the sync that covers it, and what was
// synced at a reply holds every message acknowledged by then. Both checks prove themselves on synchronous=normal.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { test } from 'node:test';
import { Server } from '../system/lib/server.mjs';
import { History } from './history.mjs';
import { Person, makeRoom } from './people.mjs';
import { long, seeded } from './random.mjs';
import { Disk, calls, traced } from './trace.mjs';

const missing = ['/usr/bin/strace', '/usr/bin/python3'].find((tool) => !existsSync(tool));
const skip = missing === undefined ? false : `SKIPPED: ${missing} is missing`;
const messages = long ? 600 : 160;
const replays = long ? 50 : 8;

// Four senders and two listeners under strace. Returns the trace and what was told to whom.
async function record(flags) {
  const folder = mkdtempSync(join(tmpdir(), 'kith-trace-'));
  const file = join(folder, 'trace');
  const server = new Server({ flags, wrap: traced(file), environment: { ASAN_OPTIONS: 'detect_leaks=0' } });
  await server.start();
  const history = new History();
  const people = ['ann', 'ben', 'cyd', 'dan', 'eve', 'fay'].map((user) => new Person(server, user, history, { mode: 'all', options: { timeout: 60000 } }));
  for (const one of people) await one.connect();
  const room = await makeRoom(people[0], people.slice(1));
  const sent = new Map();  // "epoch offset" -> nonce
  const send = async (one) => {
    for (let i = 0; i < messages / 4; i += 1) {
      const result = await one.say(room, `power ${i}`);
      sent.set(`${result.epoch} ${result.offset}`, history.records.findLast((record) => record.kind === 'ok' && record.offset === result.offset).nonce);
    }
  };
  await Promise.all(people.slice(0, 4).map(send));
  const top = Math.max(...[...sent.keys()].map((position) => Number(position.split(' ')[1])));
  await Promise.all(people.map((one) => one.reached(new Map([[`room:${room}`, top]]))));
  people.forEach((one) => one.leaveStage());
  const { pid } = server.process;
  process.kill(Number(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ')[0]), 'SIGKILL');
  await server.exited;
  const data = server.folder;
  return { file, sent, data, forget: () => [folder, data].forEach((one) => rmSync(one, { recursive: true, force: true })) };
}

// Goes through a trace: when is each nonce written, when synced, when told?
async function examine({ file, sent, data }, onReply = () => {}) {
  const disk = new Disk();
  const nonces = new Set(sent.values());
  const written = new Map();  // nonce -> true once synced
  const early = { replies: 0, fanouts: 0 };
  const seen = { replies: 0, fanouts: 0 };
  const told = new Set();
  const tell = (kind, nonce) => {
    seen[kind] += 1;
    if (written.get(nonce) !== true) early[kind] += 1;
  };
  for await (const event of calls(file)) {
    disk.apply(event);
    const { call, phase } = event;
    if (phase === 'end' && call === 'pwrite64') {
      const found = noncesIn(event.parts()[0], nonces);
      for (const nonce of found) if (!written.has(nonce)) written.set(nonce, false);
    } else if (phase === 'begin' && (call === 'fdatasync' || call === 'fsync')) {
      event.covers = [...written].filter(([, synced]) => !synced).map(([nonce]) => nonce);
    } else if (phase === 'end' && (call === 'fdatasync' || call === 'fsync')) {
      for (const nonce of event.of.covers) written.set(nonce, true);
    } else if (phase === 'begin' && (call === 'sendmsg' || call === 'sendto' || call === 'writev')) {
      const text = Buffer.concat(event.parts()).toString('latin1');
      // Live or recovered: whatever shows the message to a client carries its nonce.
      for (const [, nonce] of text.matchAll(/"nonce":"([\w-]+)"/g)) if (nonces.has(nonce)) tell('fanouts', nonce);
      for (const [, offset, epoch] of text.matchAll(/"seq":\d+,"offset":(\d+),"epoch":"([\w-]+)"/g)) {
        const nonce = sent.get(`${epoch} ${offset}`);
        if (nonce === undefined) continue;
        tell('replies', nonce);
        told.add(nonce);
        await onReply({ disk, told, data });
      }
    }
  }
  return { seen, early };
}

// A nonce may stand beside letters of its neighbour column: each start is tried.
function noncesIn(bytes, nonces) {
  const text = bytes.toString('latin1');
  const found = [];
  for (const [run] of text.matchAll(/[A-Za-z0-9_-]{22,}/g)) {
    for (let i = 0; i + 22 <= run.length; i += 1) {
      const piece = run.slice(i, i + 22);
      if (nonces.has(piece)) found.push(piece);
    }
  }
  return found;
}

const look = `
import json, sqlite3, sys
want = set(json.load(sys.stdin))
db = sqlite3.connect(sys.argv[1])
try:
    check = db.execute("PRAGMA quick_check").fetchone()[0]
    have = {row[0] for row in db.execute("SELECT nonce FROM entries JOIN messages ON messages.scope = entries.scope AND messages.seq = entries.offset")}
except sqlite3.Error as error:
    check, have = str(error), set()
print(json.dumps({"check": check, "absent": len(want - have)}))
`;

// The folder as the power cut left it, opened by another program than ours.
function afterCut({ disk, told, data }) {
  const folder = mkdtempSync(join(tmpdir(), 'kith-cut-'));
  mkdirSync(folder, { recursive: true });
  for (const [path, bytes] of disk.afterPowerCut()) {
    if (path.startsWith(`${data}/`)) writeFileSync(join(folder, basename(path)), bytes);
  }
  const asked = spawnSync('python3', ['-c', look, join(folder, 'kith.db')], { input: JSON.stringify([...told]), encoding: 'utf8' });
  rmSync(folder, { recursive: true, force: true });
  assert.equal(asked.status, 0, asked.stderr);
  return JSON.parse(asked.stdout);
}

test('no reply and no fan-out comes before its sync, and a power cut at a reply loses nothing', { timeout: 600_000, skip }, async () => {
  const random = seeded('durability');
  const run = await record([]);
  const moments = new Set();
  while (moments.size < replays - 1) moments.add(random.whole(1, messages - 1));
  moments.add(messages);
  let reply = 0;
  const cuts = [];
  const { seen, early } = await examine(run, (now) => {
    reply += 1;
    if (moments.has(reply)) cuts.push(afterCut(now));
  });
  run.forget();
  console.log(`durability: ${JSON.stringify(seen)}, early ${JSON.stringify(early)}, ${cuts.length} power cuts, absent ${cuts.reduce((sum, cut) => sum + cut.absent, 0)}`);
  assert.equal(seen.replies, messages);
  assert.ok(seen.fanouts >= messages * 6);
  assert.deepEqual(early, { replies: 0, fanouts: 0 });
  assert.deepEqual(cuts.filter((cut) => cut.check !== 'ok' || cut.absent > 0), []);
  assert.equal(cuts.length, replays);
});

test('both checks notice a server that does not sync', { timeout: 600_000, skip }, async () => {
  const run = await record(['--store.synchronous=normal']);
  const soon = 100;  // before the first checkpoint, which syncs
  let cut;
  const { seen, early } = await examine(run, (now) => { if (now.told.size === soon && cut === undefined) cut = afterCut(now); });
  run.forget();
  console.log(`durability, synchronous=normal: ${JSON.stringify(seen)}, early ${JSON.stringify(early)}, absent after a cut at reply ${soon}: ${cut.absent}`);
  assert.ok(early.replies > messages * 0.8);
  assert.ok(early.fanouts > seen.fanouts * 0.8);
  assert.ok(cut.absent > soon * 0.8);
});
