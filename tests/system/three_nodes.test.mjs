// The how-to of three nodes as it stands there: its commands, its unit and its nginx, and clients whom any request may
// lead to any node. The test's own are only the ports, the places and the addresses.
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { Client } from './lib/client.mjs';
import { MongoDb } from './lib/mongodb.mjs';
import { Nginx } from './lib/nginx.mjs';
import { freePort } from './lib/ports.mjs';
import { nonce, token } from './lib/server.mjs';
import { eventually } from './lib/states.mjs';
import { Units } from './lib/units.mjs';

const run = promisify(execFile);
const root = new URL('../../', import.meta.url).pathname;
const page = readFileSync(`${root}docs/how-to/three-nodes.md`, 'utf8');
const blocks = (language) => [...page.matchAll(new RegExp(`\`\`\`${language}\\n([^]*?)\`\`\``, 'g'))].map(([, text]) => text);
const [install, start, ready, link, upgrade] = blocks('sh');

const kNumbers = ['1', '2', '3'];
const kReady = '{"status":"ready","degraded":[]}';
const folder = mkdtempSync(join(tmpdir(), 'kith-three-'));
const people = { clients: [] };
let mongodb;
let redis;
let ports;
let units;
let front;

/** A text of the how-to, with the places and ports of this test. */
function here(text) {
  let out = text.replace('build/release/src/app/kith ', `${process.env.KITH_BINARY} `)
    .replace(/mongodb:\/\/\S+/, () => mongodb.database('three'))
    .replaceAll('127.0.0.1:6379', `127.0.0.1:${ports.redis}`)
    .replaceAll('127.0.0.1:811$node', '127.0.0.1:$(cat "$KITH_HERE/health.$node")');
  for (const number of kNumbers) out = out.replaceAll(`127.0.0.1:801${number}`, `127.0.0.1:${ports[number].page}`);
  for (const place of ['/etc/kith', '/etc/systemd', '/usr/local/bin', '/var/lib/kith']) out = out.replaceAll(place, folder + place);
  return out.replaceAll('packaging/', `${folder}/packaging/`);
}

async function shell(text) {
  const environment = { ...process.env, KITH_HERE: folder, PATH: `${folder}/bin:${folder}/usr/local/bin:${process.env.PATH}` };
  return (await run('bash', ['-euo', 'pipefail', '-c', here(text)], { cwd: root, timeout: 180_000, env: environment })).stdout;
}

function startRedis() {
  redis = spawn('redis-server', [`${folder}/redis.conf`, '--port', String(ports.redis), '--bind', '127.0.0.1', '--save', '', '--dir', folder], { stdio: 'ignore' });
  process.once('exit', () => redis.kill('SIGKILL'));
}
async function killRedis() {
  redis.kill('SIGKILL');
  await once(redis, 'exit');
}

const health = async (number, path = 'readyz') => (await fetch(`http://127.0.0.1:${ports[number].health}/${path}`)).text();
const allReady = () => Promise.all(kNumbers.map((number) => eventually(() => health(number).catch(() => ''), (text) => text === kReady)));
const room = { heard: (client) => client.entries(`room:${room.id}`).map((entry) => entry.message?.text).filter(Boolean) };

async function person(user) {
  const { websocket, options } = front.through;
  const secret = /HMAC_SECRET_KEY=(\S+)/.exec(readFileSync(`${folder}/etc/kith/kith.env`, 'utf8'))[1];
  return new Client(people, user, { websocket, options: { ...options, getToken: async () => token(user, {}, secret) } }).connect();
}

const skip = await (async () => {
  mongodb = await new MongoDb().start();
  return mongodb.uri ? false : 'there is no MongoDB server';
})();

before(async () => {
  if (skip) return;
  for (const place of ['bin', 'packaging', 'usr/local/bin', 'etc/systemd/system', 'nginx']) mkdirSync(`${folder}/${place}`, { recursive: true });
  ports = { redis: await freePort() };
  for (const number of kNumbers) {
    ports[number] = { page: String(await freePort()), health: String(await freePort()) };
    writeFileSync(`${folder}/health.${number}`, ports[number].health);
  }
  writeFileSync(`${folder}/bin/useradd`, '#!/bin/sh\n', { mode: 0o755 });
  writeFileSync(`${folder}/packaging/kith@.service`, here(readFileSync(`${root}packaging/kith@.service`, 'utf8')));
  writeFileSync(`${folder}/redis.conf`, blocks('conf')[0]);
  units = await new Units({ folder, file: `${folder}/etc/systemd/system/kith@.service`, ports }).start();
  startRedis();
});

after(async () => {
  people.clients.forEach((end) => end());
  const codes = await units?.stop();
  await front?.stop();
  if (redis?.exitCode === null && redis.signalCode === null) await killRedis();
  await mongodb.stop();
  const log = kNumbers.map((number) => { try { return readFileSync(`${folder}/log.${number}`, 'utf8'); } catch { return ''; } }).join('');
  rmSync(folder, { recursive: true });
  assert.deepEqual(codes?.filter((code) => code !== 0 && code !== undefined) ?? [], [], log);
  assert.doesNotMatch(log, /Sanitizer|runtime error:/);
});

test('the commands install the nodes and start them, and each is ready', { skip }, async () => {
  await shell(install);
  assert.equal((await run('stat', ['-c', '%a', `${folder}/etc/kith/kith.env`])).stdout, '600\n');
  await shell(start);
  assert.equal((await shell(ready)).match(/"status":"ready"/g).length, 3);
  await allReady();
});

test('the unit is one that systemd takes', { skip }, async (t) => {
  const { stdout } = await run('bash', ['-c', 'command -v systemd-analyze || true']);
  if (stdout === '') return t.skip('there is no systemd-analyze');
  const { stderr } = await run('systemd-analyze', ['verify', `${folder}/etc/systemd/system/kith@.service`]);
  assert.doesNotMatch(stderr, /kith/);
});

test('people who come through nginx to all three nodes hear each other', { skip }, async () => {
  front = await new Nginx().start(here(blocks('nginx')[0]), `${folder}/nginx`);
  const all = await Promise.all(['ann', 'bob', 'eve', 'dan', 'fay', 'gus'].map(person));
  const [ann, ...others] = all;
  room.id = (await ann.rpc('room.create', { name: 'Three nodes', nonce: nonce() })).room.id;
  for (const one of others) await one.rpc('room.join', { room: room.id, nonce: nonce() });
  for (const one of all) await one.subscribe(`room:${room.id}`);
  for (const one of all) await one.send(room.id, `from ${one.user}`);
  for (const one of all) await one.until(() => room.heard(one).length === 6);
  for (const number of kNumbers) assert.match(await health(number, 'metrics'), /^kith_deliveries_total\S* [1-9]/m, `nobody came to node ${number}`);
  await eventually(() => ann.rpc('presence.count', { room: room.id }), ({ count }) => count === 6);
  all.slice(2).forEach((one) => one.disconnect());
  [room.ann, room.bob] = all;
});

test('the link that a node makes leads to an administrator of all of them', { skip }, async () => {
  const secret = (await shell(link)).trim().split('#')[1];
  const body = { token: secret, handle: 'root', display_name: 'Root', password: 'correct horse battery' };
  const made = await front.ask('/api/v1/setup', { method: 'POST', body, headers: { Origin: front.url } });
  const [cookie] = made.headers['set-cookie'][0].split(';');
  const handles = [];
  for (const number of kNumbers) {
    const me = await fetch(`http://127.0.0.1:${ports[number].page}/api/v1/me`, { headers: { Cookie: cookie } });
    handles.push((await me.json()).user.handle);
  }
  assert.deepEqual(handles, ['root', 'root', 'root']);
});

test('while the nodes are upgraded one after the other, nothing is lost or doubled', { skip }, async () => {
  const { ann, bob } = room;
  const before = room.heard(bob).length;
  const sent = [];
  let upgrading = true;
  const talk = (async () => {
    while (upgrading) {
      const text = `during ${sent.length}`;
      const key = nonce();
      const send = () => ann.rpc('chat.send', { room: room.id, text, nonce: key }).catch((error) => error);
      await eventually(send, (answer) => answer.offset > 0, 'it is sent');
      sent.push(text);
    }
  })();
  const pids = () => kNumbers.map((number) => units.nodes.get(number).pid);
  const old = pids();
  await shell(upgrade);
  upgrading = false;
  await talk;
  assert.equal(new Set([...old, ...pids()]).size, 6);
  await bob.until(() => room.heard(bob).at(-1) === sent.at(-1));
  assert.deepEqual(room.heard(bob).slice(before), sent);
  await allReady();
});

test('a node that dies takes nobody with it', { skip }, async () => {
  const { ann, bob } = room;
  await units.end('1', 'SIGKILL');
  const key = nonce();
  await eventually(() => ann.rpc('chat.send', { room: room.id, text: 'two are left', nonce: key }).catch((error) => error), (answer) => answer.offset > 0);
  await bob.until(() => room.heard(bob).at(-1) === 'two are left');
  await eventually(() => front.ask('/'), ({ status }) => status === 200);
  await units.restart('1');
  await allReady();
});

test('without Redis people still read each other, and all is well once it is back', { skip }, async () => {
  const { ann, bob } = room;
  await killRedis();
  await eventually(() => health('2'), (text) => text.includes('broker away') && text.includes('presence away'));
  await ann.send(room.id, 'without Redis');
  await bob.until(() => room.heard(bob).at(-1) === 'without Redis');
  startRedis();
  await allReady();
  await eventually(() => ann.rpc('presence.count', { room: room.id }).catch(() => ({})), ({ count }) => count === 2);
});
