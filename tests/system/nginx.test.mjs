// The nginx block of the how-to, as it stands there, in front of a real server: the page, an account and a conversation
// come through it and through TLS.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { Client } from './lib/client.mjs';
import { Nginx } from './lib/nginx.mjs';
import { Server, nonce } from './lib/server.mjs';

const run = promisify(execFile);
const [, block] = /```nginx\n([\s\S]*?)```/.exec(readFileSync(new URL('../../docs/how-to/for-others.md', import.meta.url), 'utf8'));

const folder = mkdtempSync(join(tmpdir(), 'kith-nginx-'));
let server;
let front;

before(async () => {
  server = await new Server({ flags: ['--registration=off'] }).start();
  front = await new Nginx().start(block.replaceAll('http://127.0.0.1:8000', server.url), folder);
});

after(async () => {
  await server?.stop();
  await front?.stop();
  rmSync(folder, { recursive: true });
});

test('the page comes through it, and an account signs in as from Kith itself', async () => {
  const { status, text } = await front.ask('/');
  assert.equal(status, 200);
  assert.match(text, /<html/);
  const { stdout } = await run(process.env.KITH_BINARY, ['admin', 'create-user', '--handle', 'carla', '--name', 'Carla'],
    { env: { ...process.env, KITH_DATA_DIR: server.folder } });
  const body = { handle: 'carla', password: stdout.trim().split('\n').at(-1) };
  assert.equal((await front.ask('/api/v1/login', { method: 'POST', body, headers: { Origin: front.url } })).status, 200);
  assert.equal((await front.ask('/api/v1/login', { method: 'POST', body, headers: { Origin: 'https://elsewhere.example' } })).status, 403);
});

test('two people talk through it', async () => {
  const [ann, bob] = await Promise.all(['ann', 'bob'].map((user) => new Client(server, user, front.through).connect()));
  const { room } = await ann.rpc('room.create', { name: 'Behind nginx', nonce: nonce() });
  await bob.rpc('room.join', { room: room.id, nonce: nonce() });
  await bob.subscribe(`room:${room.id}`);
  await ann.send(room.id, 'hello');
  await bob.until(() => bob.entries(`room:${room.id}`).some((entry) => entry.message?.text === 'hello'));
});
