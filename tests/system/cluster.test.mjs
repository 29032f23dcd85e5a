// script/server --cluster as somebody starts it who wants to see two nodes: they are joined, and nothing is left of them.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { after, before, test } from 'node:test';
import { makeAdmin } from './lib/admin.mjs';
import { Client } from './lib/client.mjs';
import { Server, kSecret, nonce } from './lib/server.mjs';
import { eventually } from './lib/states.mjs';

const script = new URL('../../script/server', import.meta.url).pathname;

/** Starts it; rejects with its last words if it ends before both nodes are ready. */
async function startCluster(environment = {}, options = []) {
  const child = spawn(script, ['--cluster', ...options], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, KITH_CLIENT_TOKEN_HMAC_SECRET_KEY: kSecret, ...environment },
  });
  let output = '';
  let errors = '';
  const exited = new Promise((done) => { child.once('exit', (code, signal) => done({ code: code ?? signal, errors })); });
  child.stderr.on('data', (chunk) => { errors += chunk; });
  await new Promise((resolve, reject) => {
    child.stdout.on('data', (chunk) => {
      output += chunk;
      if (/Both nodes are ready/.test(output)) resolve();
    });
    exited.then(({ code }) => reject(new Error(`it ended (${code}): ${errors}`)));
  });
  const nodes = [1, 2].map((number) => {
    const node = Object.assign(Object.create(Server.prototype), { clients: [] });
    node.url = new RegExp(`Page and API, node-${number}\\s+(\\S+)`).exec(output)[1];
    node.readyz = new RegExp(`Health, node-${number}\\s+(\\S+)`).exec(output)[1];
    return node;
  });
  nodes[1].setupLink = /First administrator\s+(\S+)/.exec(output)?.[1];
  const [, redis] = /Redis\s+redis:\/\/(\S+)\//.exec(output);
  return { child, exited, nodes, redis, folder: dirname(/Logs\s+(\S+)/.exec(output)[1]) };
}

let cluster;
before(async () => { cluster = await startCluster(); });
after(() => {
  for (const { clients } of cluster.nodes) clients.forEach((end) => end());
  cluster.child.kill();
});

const answers = (url) => fetch(url).then(({ status }) => status, () => undefined);

test('two people talk over two nodes, and each sees that the other is online', async () => {
  const [one, two] = cluster.nodes;
  for (const { readyz } of cluster.nodes) assert.deepEqual(await (await fetch(readyz)).json(), { status: 'ready', degraded: [] });
  const ann = await new Client(one, 'ann').connect();
  const bob = await new Client(two, 'bob').connect();
  const { room } = await ann.rpc('room.create', { name: 'Two nodes', nonce: nonce() });
  await bob.rpc('room.join', { room: room.id, nonce: nonce() });
  const heard = (client) => client.entries(`room:${room.id}`).map((entry) => entry.message?.text).filter(Boolean);
  await Promise.all([ann, bob].map((client) => client.subscribe(`room:${room.id}`)));
  await ann.send(room.id, 'hello');
  await bob.until(() => heard(bob).includes('hello'));
  await bob.send(room.id, 'hello yourself');
  await ann.until(() => heard(ann).includes('hello yourself'));
  await eventually(() => ann.rpc('presence.count', { room: room.id }), ({ count }) => count === 2);
});

test('the administrator that the link makes on one node is one on the other', async () => {
  const [one, two] = cluster.nodes;
  const admin = await makeAdmin(two);
  const { status, body } = await one.rest('GET', '/me', { headers: { Cookie: admin.headers.Cookie } });
  assert.equal(status, 200);
  assert.equal(body.user.id, admin.id);
});

test('Ctrl+C ends all of it', async () => {
  cluster.child.kill('SIGINT');
  const { code, errors } = await cluster.exited;
  assert.equal(code, 0, errors);
  for (const { url } of cluster.nodes) assert.equal(await answers(url), undefined);
  assert.equal(await answers(`http://${cluster.redis}`), undefined);
  assert.ok(!existsSync(cluster.folder));
});

test('a node that does not start says why, and takes the rest with it', async () => {
  await assert.rejects(startCluster({ KITH_TEST_MONGODB_URI: 'mongodb://127.0.0.1:1/?replicaSet=none' }),
    /ended \(1\)[^]*node-1 does not start[^]*MongoDB at 127\.0\.0\.1:1 cannot be reached/);
  await assert.rejects(startCluster({ KITH_TEST_MONGODB_URI: 'mongodb://127.0.0.1:1/' }, ['--http_server.prot=1']), /did you mean --http_server\.port/);
});
