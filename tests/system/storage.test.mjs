// K16: after hours, reading fails because the database is locked.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Client } from './lib/client.mjs';
import { Server, nonce } from './lib/server.mjs';
import { eventually } from './lib/states.mjs';

let server;
let ann;
let room;
before(async () => {
  server = await new Server().start();
  ann = await new Client(server, 'ann', { options: { timeout: 60000 } }).connect();
  room = (await ann.rpc('room.create', { name: 'Storage' })).room.id;
});
after(() => server.stop());

const database = () => join(server.folder, readdirSync(server.folder).find((name) => name.endsWith('.db')));
const walBytes = () => statSync(`${database()}-wal`).size;

/** Another program that opens the database and holds what `begin` takes, until it is let go. */
async function holder(...begin) {
  const script = `
import sqlite3, sys
held = sqlite3.connect(sys.argv[1], isolation_level=None)
for statement in sys.argv[2:]:
    held.execute(statement).fetchall()
print("held", flush=True)
sys.stdin.readline()
held.execute("ROLLBACK")
held.close()
`;
  const program = spawn('python3', ['-c', script, database(), ...begin], { stdio: ['pipe', 'pipe', 'inherit'] });
  server.clients.push(() => program.kill('SIGKILL'));
  await new Promise((resolve, reject) => {
    program.stdout.once('data', resolve);
    program.once('exit', (code) => reject(new Error(`the other program ended with ${code}`)));
  });
  return { letGo: () => new Promise((ended) => { program.removeAllListeners('exit'); program.once('exit', ended); program.stdin.end('\n'); }) };
}

const history = async () => (await server.rest('GET', `/rooms/${room}/messages?limit=1`, { user: 'ann' })).status;

test('K16: while another program reads, sends and reads go on; once it has gone, the write-ahead log shrinks', async () => {
  const reader = await holder('BEGIN', 'SELECT count(*) FROM entries');
  const text = '😀'.repeat(4000);
  for (let i = 0; i < 40; i += 1) {
    const sent = await Promise.all(Array.from({ length: 40 }, () => ann.send(room, text)));
    assert.ok(sent.every((answer) => answer.seq > 0));
    assert.equal(await history(), 200);
  }
  const grown = walBytes();
  assert.ok(grown > 20 * 1024 * 1024, `the log has ${grown} bytes`);
  await reader.letGo();
  await eventually(async () => { await ann.send(room, text); return walBytes(); }, (bytes) => bytes < grown / 2, 'the write-ahead log shrinks');
});

for (const long of [false, true]) {
  test(`K16: under another program's write lock a send ${long ? 'fails for the time being when it waits too long' : 'waits'}, and reading goes on`, async () => {
    const before = (await ann.rpc('chat.history', { room })).offset;
    const lock = await holder('BEGIN IMMEDIATE');
    const messages = Array.from({ length: 20 }, (_, i) => ({ room, text: `locked ${i}`, nonce: nonce() }));
    const first = Promise.all(messages.map((message) => ann.rpc('chat.send', message).catch((error) => ({ error }))));
    for (let i = 0; i < 20; i += 1) assert.equal(await history(), 200);
    assert.equal((await ann.rpc('chat.history', { room })).offset, before, 'nothing is shown that is not stored');
    if (long) await first;
    await lock.letGo();
    for (const answer of await first) {
      if (long) assert.deepEqual([answer.error?.code, answer.error?.temporary], [100, true]);
      else assert.ok(answer.seq > before, JSON.stringify(answer));
    }
    const seqs = [];
    for (const message of messages) {
      const answer = await ann.rpc('chat.send', message);
      assert.equal(answer.duplicate, long ? undefined : true);
      seqs.push(answer.seq);
    }
    const page = await ann.rpc('chat.history', { room, after: before, limit: 200 });
    assert.deepEqual(page.messages.map((message) => [message.text, message.seq]).sort(), messages.map((message, i) => [message.text, seqs[i]]).sort());
  });
}

test('K16: a second server on the same folder is refused with a sentence, and the first goes on', async () => {
  const second = new Server({ folder: server.folder });
  await assert.rejects(second.start(), /the server ended \(\d+\): .*(another|already|other).*\n/i);
  const other = await ann.send(room, 'still here');
  assert.ok(other.seq);
});

test('what was acknowledged is there after the process is killed, with the same positions', async () => {
  const sent = await Promise.all(Array.from({ length: 50 }, (_, i) => ann.send(room, `kept ${i}`)));
  const before = await ann.rpc('chat.history', { room, limit: 50 });
  await server.kill();
  await server.start();
  await ann.centrifuge.ready(30000);
  const now = await ann.rpc('chat.history', { room, limit: 50 });
  assert.deepEqual(now, before);
  assert.equal(now.epoch, sent[0].epoch);
});
