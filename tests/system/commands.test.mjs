// The operator's commands, beside a running server and without one.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { Raw } from './lib/raw.mjs';
import { Server, kSecret } from './lib/server.mjs';

let server;
before(async () => { server = await new Server().start(); });
after(() => server.stop());

/** Runs the binary: exit code and words. */
const kith = (...words) => new Promise((resolve) => {
  execFile(process.env.KITH_BINARY, words, { env: { ...process.env, KITH_CLIENT_TOKEN_HMAC_SECRET_KEY: kSecret } }, (error, stdout, stderr) => {
    resolve({ code: error ? error.code : 0, stdout: stdout.trim(), stderr: stderr.trim() });
  });
});
const folder = () => `--data.dir=${server.folder}`;

test('token create signs for a host user, who connects with it', async () => {
  const { code, stdout } = await kith('token', 'create', '--user', 'dev', '--ttl', '10m', folder());
  assert.equal(code, 0);
  const raw = await Raw.open(server);
  const { connect } = await raw.ask({ connect: { token: stdout } });
  assert.equal(connect.data.kith.user.id, 'dev');
  assert.ok(connect.ttl > 590 && connect.ttl <= 600);
});

test('token create refuses an own account, a bad id and a bad time, each with a sentence', async () => {
  const made = await server.rest('POST', '/register', { body: { handle: 'own', display_name: 'Own', password: 'correct horse battery' }, headers: { Origin: server.url } });
  const own = await kith('token', 'create', '--user', made.body.user.id, folder());
  assert.notEqual(own.code, 0);
  assert.match(own.stderr, /account of this server/);
  for (const [words, says] of [[['--user', 'a b'], /--user must be/], [['--user', 'a', '--ttl', 'soon'], /--ttl must look like/]]) {
    const { code, stderr, stdout } = await kith('token', 'create', ...words, folder());
    assert.notEqual(code, 0);
    assert.match(stderr, says);
    assert.equal(stdout, '');
  }
});

test('a new setup link voids the one before it', async () => {
  const { code, stdout } = await kith('admin', 'setup-link', folder());
  assert.equal(code, 0);
  const setup = (link) => server.rest('POST', '/setup', {
    body: { token: link.split('#')[1], handle: 'boss', display_name: 'Boss', password: 'correct horse battery' }, headers: { Origin: server.url },
  });
  assert.equal((await setup(server.setupLink)).status, 403);
  assert.equal((await setup(stdout)).status, 201);
  const late = await kith('admin', 'setup-link', folder());
  assert.notEqual(late.code, 0);
  assert.match(late.stderr, /admin already/);
});

test('a folder whose command socket would have too long a path is refused before anything is made', async () => {
  const long = `${server.folder}/${'x'.repeat(120)}`;
  const { code, stderr } = await kith('serve', `--data.dir=${long}`, '--http_server.port=0', '--http_server.internal_port=0');
  assert.equal(code, 1);
  assert.match(stderr, /data\.dir is too long: .* may have 107; use a shorter folder/);
  assert.equal(existsSync(long), false);
});

test('the commands work on the folder of a server that does not run', async () => {
  const own = await new Server().start();
  try {
    await own.kill('SIGTERM');
    const link = await kith('admin', 'setup-link', `--data.dir=${own.folder}`);
    assert.match(link.stdout, /^http:\/\/.*\/setup#\S+$/);
    const { stdout } = await kith('token', 'create', '--user', 'dev', `--data.dir=${own.folder}`);
    await own.start();
    const raw = await Raw.open(own);
    assert.ok((await raw.ask({ connect: { token: stdout } })).connect);
  } finally {
    await own.stop();
  }
});

test('an unknown option, a wrong value and a secret on the command line are refused with a sentence', async () => {
  const cases = [[['--http_server.prot=1'], /http_server/], [['--http_server.port=x'], /http_server\.port must be a number/],
    [['--registration=maybe'], /registration must be one of/], [['--client.token.hmac_secret_key=x'], /./]];
  for (const [words, says] of cases) {
    const { code, stderr, stdout } = await kith('serve', folder(), ...words);
    assert.notEqual(code, 0, words[0]);
    assert.match(stderr + stdout, says);
  }
});

test('health, readiness, version and metrics are on the internal listener only', async () => {
  assert.deepEqual(await (await fetch(`${server.internal}/healthz`)).json(), { status: 'alive' });
  assert.deepEqual(await (await fetch(`${server.internal}/readyz`)).json(), { status: 'ready', degraded: [] });
  const { version } = await (await fetch(`${server.internal}/version`)).json();
  assert.equal((await kith('version')).stdout, `kith ${version}`);
  const metrics = await (await fetch(`${server.internal}/metrics`)).text();
  assert.match(metrics, /^kith_connections \d+$/m);
  for (const secret of ['dev', 'user:', 'room:']) assert.ok(!metrics.includes(`"${secret}`), 'no label carries a channel or user');
  for (const path of ['healthz', 'readyz', 'metrics', 'version']) {
    const response = await fetch(`${server.url}/${path}`);
    assert.ok(response.status === 404 || !(await response.text()).includes('kith_'), path);
  }
});
