// The operator's commands, beside a running server and without one.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Raw } from './lib/raw.mjs';
import { Server, kSecret } from './lib/server.mjs';

let server;
before(async () => { server = await new Server().start(); });
after(() => server.stop());

/** Runs the binary: exit code and words. */
const kith = (...words) => kithReads('', ...words);
/** The same with something on its standard input. */
const kithReads = (input, ...words) => new Promise((resolve) => {
  const child = execFile(process.env.KITH_BINARY, words, { env: { ...process.env, KITH_CLIENT_TOKEN_HMAC_SECRET_KEY: kSecret } }, (error, stdout, stderr) => {
    resolve({ code: error ? error.code : 0, stdout: stdout.trim(), stderr: stderr.trim() });
  });
  child.stdin.end(input);
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

test('a command on a folder without data refuses, and makes none', async () => {
  const empty = mkdtempSync(join(tmpdir(), 'kith-empty-'));
  try {
    for (const words of [['token', 'create', '--user', 'ann'], ['admin', 'setup-link']]) {
      for (const there of [empty, `${empty}/nowhere`]) {
        const { code, stdout, stderr } = await kith(...words, `--data.dir=${there}`);
        assert.deepEqual([code, stdout, stderr], [78, '', `kith: no Kith data in ${there}; give --data.dir, or start the server there first`]);
      }
    }
    assert.deepEqual(readdirSync(empty), []);
  } finally {
    rmSync(empty, { recursive: true });
  }
});

test('a port in use is named by its option, with what to do', async () => {
  const own = mkdtempSync(join(tmpdir(), 'kith-port-'));
  try {
    for (const [taken, other, option] of [[server.url, 'internal_port', 'port'], [server.internal, 'port', 'internal_port']]) {
      const { code, stderr } = await kith('serve', '--log.level=off', `--data.dir=${own}`, `--http_server.${option}=${new URL(taken).port}`, `--http_server.${other}=0`);
      assert.equal(code, 1);
      assert.match(stderr, new RegExp(`Address already in use .*take another port with --http_server\\.${option}=NUMBER$`));
    }
  } finally {
    rmSync(own, { recursive: true });
  }
});

test('the start names paths that answer and commands that can be typed', async () => {
  const [, health, ...more] = /Health\s+(\S+), (\S+), (\S+)/.exec(server.output);
  for (const url of [health, ...more.map((path) => server.internal + path)]) assert.equal((await fetch(url)).status, 200, url);
  assert.match(await (await fetch(/Metrics\s+(\S+)/.exec(server.output)[1])).text(), /^kith_/m);
  assert.ok(server.output.includes(`A new one: ${process.env.KITH_BINARY} admin setup-link --data.dir=${server.folder}\n`), server.output);
});

test('a server on every address prints one that can be passed on', async () => {
  const open = await new Server({ flags: ['--http_server.address=0.0.0.0'] }).start();
  try {
    assert.notEqual(new URL(open.url).hostname, '0.0.0.0');
    assert.match(open.output, /every other address of this machine/);
    assert.equal((await fetch(open.url)).status, 200);
    assert.ok(open.setupLink.startsWith(`${open.url}/setup#`));
  } finally {
    await open.stop();
  }
});

test('script/kith runs what script/server built, and says so if there is nothing', async () => {
  const house = mkdtempSync(join(tmpdir(), 'kith-house-'));
  const run = (...words) => new Promise((resolve) => {
    execFile(`${house}/script/kith`, words, (error, stdout, stderr) => resolve({ code: error ? error.code : 0, stdout, stderr }));
  });
  try {
    for (const name of ['kith', 'common.sh']) cpSync(new URL(`../../script/${name}`, import.meta.url), `${house}/script/${name}`);
    const { code, stderr } = await run('version');
    assert.deepEqual([code, stderr], [1, 'script/kith: Kith is not built yet: run script/server first\n']);
    mkdirSync(`${house}/build/release/src/app`, { recursive: true });
    writeFileSync(`${house}/build/release/src/app/kith`, '#!/bin/sh\nprintf "%s\\n" "$PWD" "$@"\n', { mode: 0o755 });
    assert.equal((await run('token', 'two words')).stdout, `${house}\ntoken\ntwo words\n`);
  } finally {
    rmSync(house, { recursive: true });
  }
});

/** How a sign-in with the page's form ends, and its cookie. */
const signIn = async (at, handle, password) => {
  const { status, headers } = await at.rest('POST', '/login', { body: { handle, password }, headers: { Origin: at.url } });
  return { status, cookie: headers.get('set-cookie')?.split(';')[0] };
};

test('the administrator makes accounts where registration is off, and gives them new passwords', async () => {
  const closed = await new Server({ flags: ['--registration=off'] }).start();
  const there = `--data.dir=${closed.folder}`;
  try {
    const made = await kith('admin', 'create-user', '--handle', 'Carla', '--name', 'Carla & Söhne', there);
    assert.equal(made.code, 0, made.stderr);
    const [sentence, , password] = made.stdout.split('\n');
    assert.equal(sentence, `The account carla is made; it signs in at ${closed.url}.`);
    const { status, cookie } = await signIn(closed, 'carla', password);
    assert.equal(status, 200);
    const me = () => closed.rest('GET', '/me', { headers: { Cookie: cookie } });
    assert.equal((await me()).body.user.name, 'Carla & Söhne');

    for (const [words, says] of [[['create-user', '--handle', 'carla', '--name', 'C'], /^kith: the handle is taken$/],
      [['create-user', '--handle', 'c', '--name', 'C'], /^kith: handle: must be 2 to 32/], [['reset-password', '--handle', 'nobody'], /^kith: handle: no account/]]) {
      const { code, stdout, stderr } = await kith('admin', ...words, there);
      assert.deepEqual([code, stdout], [1, ''], stderr);
      assert.match(stderr, says);
    }

    const reset = await kithReads('orbit velvet canyon 9\n', 'admin', 'reset-password', '--handle', 'carla', '--password-stdin', there);
    assert.deepEqual([reset.code, reset.stdout], [0, 'The account carla has a new password, and all its sign-ins have ended.'], reset.stderr);
    assert.equal((await me()).status, 401);
    assert.equal((await signIn(closed, 'carla', password)).status, 401);
    assert.equal((await signIn(closed, 'carla', 'orbit velvet canyon 9')).status, 200);
    for (const secret of [password, 'orbit velvet']) assert.ok(!closed.errors.includes(secret), 'no password is logged');

    await closed.kill('SIGTERM');
    const dora = await kithReads('orbit velvet canyon 9', 'admin', 'create-user', '--handle', 'dora', '--name', 'Dora', '--password-stdin', there);
    assert.equal(dora.code, 0, dora.stderr);
    await closed.start();
    assert.equal((await signIn(closed, 'dora', 'orbit velvet canyon 9')).status, 200);
  } finally {
    await closed.stop();
  }
});

test('an unknown option, a wrong value and a secret on the command line are refused with a sentence', async () => {
  const cases = [[['--http_server.prot=1'], /http_server/], [['--port', '9000'], /there is no option --port; did you mean --http_server\.port\?/], [['--http_server.port=x'], /http_server\.port must be a number/],
    [['--registration=maybe'], /registration must be one of/], [['--client.token.hmac_secret_key=x'], /by KITH_CLIENT_TOKEN_HMAC_SECRET_KEY/]];
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
