// The nginx block of the how-to, as it stands there, in front of a real server: the page, an account and a conversation
// come through it and through TLS.
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import WebSocket from 'ws';
import { Client } from './lib/client.mjs';
import { Server, nonce } from './lib/server.mjs';

const run = promisify(execFile);
const [, block] = /```nginx\n([\s\S]*?)```/.exec(readFileSync(new URL('../../docs/how-to/for-others.md', import.meta.url), 'utf8'));
const brought = new URL('../../build/tools/nginx/usr/sbin/nginx', import.meta.url).pathname;
const nginx = [brought, '/usr/sbin/nginx', '/usr/local/sbin/nginx', '/usr/bin/nginx'].find(existsSync);

const folder = mkdtempSync(join(tmpdir(), 'kith-nginx-'));
let server;
let front;
let port;
let said = '';

const freePort = async () => {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port: free } = probe.address();
  await new Promise((closed) => { probe.close(closed); });
  return free;
};

before(async () => {
  assert.ok(nginx, 'there is no nginx: script/bootstrap test brings one');
  server = await new Server({ flags: ['--registration=off'] }).start();
  await run('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=chat.example',
    '-keyout', `${folder}/key.pem`, '-out', `${folder}/chain.pem`]);
  port = await freePort();
  // The reader's own are the certificates; the test's own are the ports.
  const here = block.replace('listen 443 ssl', `listen 127.0.0.1:${port} ssl`)
    .replace(/ssl_certificate .*;/, `ssl_certificate ${folder}/chain.pem;`)
    .replace(/ssl_certificate_key .*;/, `ssl_certificate_key ${folder}/key.pem;`)
    .replaceAll('http://127.0.0.1:8000', server.url);
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((kind) => `${kind}_temp_path ${folder}/${kind};`).join('\n');
  const user = process.getuid() === 0 ? 'user root;' : '';
  writeFileSync(`${folder}/nginx.conf`, `daemon off;\n${user}\npid ${folder}/pid;\nerror_log stderr notice;\nevents {}\nhttp {\naccess_log off;\n${temporary}\n${here}}\n`);
  await run(nginx, ['-t', '-p', folder, '-c', `${folder}/nginx.conf`]);
  front = spawn(nginx, ['-p', folder, '-c', `${folder}/nginx.conf`], { stdio: ['ignore', 'ignore', 'pipe'] });
  await new Promise((ready, fail) => {
    front.stderr.on('data', (chunk) => {
      said += chunk;
      if (/start worker process /.test(said)) ready();
    });
    front.once('exit', (code) => fail(new Error(`nginx ended with ${code}: ${said}`)));
  });
});

after(async () => {
  await server?.stop();
  if (front?.exitCode === null) {
    front.removeAllListeners('exit');
    front.kill();
    await once(front, 'exit');
  }
  rmSync(folder, { recursive: true });
});

const chat = () => `https://127.0.0.1:${port}`;

/** As a browser that trusts the certificate. */
const ask = async (path, { method = 'GET', body, headers = {} } = {}) => {
  const asked = request(`${chat()}${path}`, { method, rejectUnauthorized: false, headers: { ...(body && { 'Content-Type': 'application/json' }), ...headers } });
  asked.end(body && JSON.stringify(body));
  const [answer] = await once(asked, 'response');
  let text = '';
  for await (const chunk of answer) text += chunk;
  return { status: answer.statusCode, headers: answer.headers, text };
};

test('the page comes through it, and an account signs in as from Kith itself', async () => {
  const { status, text } = await ask('/');
  assert.equal(status, 200);
  assert.match(text, /<html/);
  const { stdout } = await run(process.env.KITH_BINARY, ['admin', 'create-user', '--handle', 'carla', '--name', 'Carla'],
    { env: { ...process.env, KITH_DATA_DIR: server.folder } });
  const body = { handle: 'carla', password: stdout.trim().split('\n').at(-1) };
  assert.equal((await ask('/api/v1/login', { method: 'POST', body, headers: { Origin: chat() } })).status, 200);
  assert.equal((await ask('/api/v1/login', { method: 'POST', body, headers: { Origin: 'https://elsewhere.example' } })).status, 403);
});

test('two people talk through it', async () => {
  class Trusting extends WebSocket {
    constructor(url, protocols) { super(url, protocols, { rejectUnauthorized: false, origin: chat() }); }
  }
  const through = { websocket: `${chat().replace('https', 'wss')}/connection/websocket`, options: { websocket: Trusting } };
  const [ann, bob] = await Promise.all(['ann', 'bob'].map((user) => new Client(server, user, through).connect()));
  const { room } = await ann.rpc('room.create', { name: 'Behind nginx', nonce: nonce() });
  await bob.rpc('room.join', { room: room.id, nonce: nonce() });
  await bob.subscribe(`room:${room.id}`);
  await ann.send(room.id, 'hello');
  await bob.until(() => bob.entries(`room:${room.id}`).some((entry) => entry.message?.text === 'hello'));
});
