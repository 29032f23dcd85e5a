// The blocks of a tutorial do what they say, one after the other, as a reader types them.
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { Client } from './lib/client.mjs';
import { Server, kSecret } from './lib/server.mjs';

const run = promisify(execFile);
const page = (name) => readFileSync(new URL(`../../docs/${name}`, import.meta.url), 'utf8');
const blocks = (name) => [...page(name).matchAll(/```sh\n([\s\S]*?)```/g)].map((found) => found[1]);

let server;
before(async () => { server = await new Server().start(); });
after(() => server.stop());

test('the first room is made, written in and read from a shell', async () => {
  const [start, ...rest] = blocks('tutorials/first-room.md');
  assert.equal(start.trim(), 'script/server');  // here it runs already
  const script = rest.join('\n')
    .replaceAll('script/kith', process.env.KITH_BINARY)
    .replace('127.0.0.1:8000', new URL(server.url).host);
  const { stdout } = await run('bash', ['-euo', 'pipefail', '-c', script],
    { timeout: 30000, env: { ...process.env, KITH_DATA_DIR: server.folder } });
  const answers = stdout.match(/\{[^{}]*\}/g).map((text) => JSON.parse(text));
  assert.equal(answers.length, 2, stdout);
  assert.equal(answers[0].seq, answers[1].seq);
  assert.equal(answers[1].duplicate, true);
  assert.deepEqual(stdout.slice(stdout.lastIndexOf('}') + 1).trim().split('\n'), ['hello']);
});

test('the shop of the how-to lets its customers talk, and speaks for itself', async () => {
  const key = 'the-key-of-the-back-end-0123456789-abcdef';
  const here = await new Server({ environment: { KITH_HTTP_API_KEY: key } }).start();
  const shop = spawn(process.execPath, ['server.mjs'], {
    cwd: new URL('../../examples/shop', import.meta.url),
    env: { ...process.env, KITH_URL: here.url, KITH_CLIENT_TOKEN_HMAC_SECRET_KEY: kSecret, KITH_HTTP_API_KEY: key, PORT: '0' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    const address = await new Promise((resolve, reject) => {
      shop.stdout.on('data', (chunk) => resolve(/http:\S+\/(?=\?)/.exec(String(chunk))[0]));
      shop.once('exit', (code) => reject(new Error(`the shop ended with ${code}`)));
    });
    assert.match(await (await fetch(address)).text(), /newSubscription/);
    const customers = await Promise.all(['ann', 'bob'].map(async (user) => {
      const { token, room, url } = await (await fetch(`${address}session?user=${user}`)).json();
      const client = await new Client(here, user, { websocket: url, options: { token, getToken: undefined } }).connect();
      await client.subscribe(`room:${room}`);
      return { client, room };
    }));
    await customers[0].client.send(customers[0].room, 'Is mine ready?');
    await fetch(`${address}ship?order=7`);
    const { client, room } = customers[1];
    const said = () => client.entries(`room:${room}`).map((entry) => entry.message && [entry.message.author, entry.message.text]).filter(Boolean);
    await client.until(() => said().length === 2);
    assert.deepEqual(said(), [['ann', 'Is mine ready?'], ['shop', 'Order 7 is on its way']]);
  } finally {
    shop.kill();
    await here.stop();
  }
});

/** The shop's last words, as it ends by itself. */
const shopEnds = (environment) => new Promise((resolve) => {
  execFile(process.execPath, ['server.mjs'], { cwd: new URL('../../examples/shop', import.meta.url), env: { PATH: process.env.PATH, ...environment } },
    (error, stdout, stderr) => resolve({ code: error?.code, stderr }));
});

test('the shop says what is missing, wrong or in use', async () => {
  const secrets = { KITH_URL: server.url, KITH_CLIENT_TOKEN_HMAC_SECRET_KEY: kSecret, KITH_HTTP_API_KEY: 'x'.repeat(32) };
  const cases = [
    [{}, /^shop: KITH_CLIENT_TOKEN_HMAC_SECRET_KEY is not set\. .*kith\.env/],
    [{ ...secrets, KITH_HTTP_API_KEY: '' }, /^shop: KITH_HTTP_API_KEY is not set/],
    [{ ...secrets, KITH_CLIENT_TOKEN_HMAC_SECRET_KEY: 'of another start' }, /^shop: Kith was started with other secrets than this shop: the token is not signed/],
    [{ ...secrets, PORT: new URL(server.url).port }, /^shop: port \d+ is in use/],
    [{ ...secrets, KITH_URL: 'http://127.0.0.1:1' }, /^shop: no Kith answers at http:\/\/127\.0\.0\.1:1: start it first/],
  ];
  for (const [environment, says] of cases) {
    const { code, stderr } = await shopEnds(environment);
    assert.equal(code, 1);
    assert.match(stderr, says);
  }
});

/** Starts a server as a block does, with the options that it names. */
const startedAs = async (command) => {
  const [script, ...flags] = command.trim().split(/\s+/);
  assert.ok(existsSync(new URL(`../../${script}`, import.meta.url)));
  return new Server({ flags }).start();  // refused if there were no such option
};

test('the blocks of the how-to are commands that there are', async () => {
  const [secrets, start, example] = blocks('how-to/into-your-application.md');
  const folder = mkdtempSync(join(tmpdir(), 'kith-how-to-'));
  try {
    const [read, command] = start.trim().split('\n');
    const { stdout } = await run('bash', ['-euc', `${secrets}\n${read}\nstat -c %a kith.env\nbash -c 'echo "\${#KITH_CLIENT_TOKEN_HMAC_SECRET_KEY} \${#KITH_HTTP_API_KEY}"'`], { cwd: folder });
    assert.equal(stdout, '600\n64 64\n');
    assert.ok(example.startsWith(read), 'both terminals read the same file');
    await (await startedAs(command)).stop();
  } finally {
    rmSync(folder, { recursive: true });
  }
  for (const name of ['package.json', 'server.mjs']) assert.ok(existsSync(new URL(`../../${/cd (\S+)/.exec(example)[1]}/${name}`, import.meta.url)));
});

test('for others: every start works, and the administrator makes the accounts', async () => {
  const all = blocks('how-to/for-others.md');
  for (const start of all.filter((block) => block.startsWith('script/server'))) await (await startedAs(start)).stop();
  const closed = await new Server({ flags: ['--registration=off'] }).start();
  try {
    const script = all.filter((block) => block.startsWith('script/kith')).join('').replaceAll('script/kith', process.env.KITH_BINARY);
    const { stdout } = await run('bash', ['-euo', 'pipefail', '-c', script], { env: { ...process.env, KITH_DATA_DIR: closed.folder } });
    const body = { handle: 'carla', password: stdout.trim().split('\n').at(-1) };
    assert.equal((await closed.rest('POST', '/login', { body, headers: { Origin: closed.url } })).status, 200, stdout);
  } finally {
    await closed.stop();
  }
});
