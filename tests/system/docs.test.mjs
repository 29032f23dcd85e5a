// The blocks of a tutorial do what they say, one after the other, as a reader types them.
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { Client } from './lib/client.mjs';
import { Server, kSecret } from './lib/server.mjs';

const run = promisify(execFile);
const blocks = (page) => [...readFileSync(new URL(`../../docs/${page}`, import.meta.url), 'utf8')
  .matchAll(/```sh\n([\s\S]*?)```/g)].map((found) => found[1]);

let server;
before(async () => { server = await new Server().start(); });
after(() => server.stop());

test('the first room is made, written in and read from a shell', async () => {
  const [start, ...rest] = blocks('tutorials/first-room.md');
  assert.equal(start.trim(), 'script/server');  // here it runs already
  const script = rest.join('\n')
    .replace('build/release/src/app/kith', process.env.KITH_BINARY)
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

test('the blocks of the how-to are commands that there are', async () => {
  const [secrets, start, example] = blocks('how-to/into-your-application.md');
  const { stdout } = await run('bash', ['-euc', `${secrets}\necho "\${#KITH_CLIENT_TOKEN_HMAC_SECRET_KEY} \${#KITH_HTTP_API_KEY}"`]);
  assert.equal(stdout.trim(), '64 64');
  const [command, option] = start.trim().split(/\s+/);
  assert.ok(existsSync(new URL(`../../${command}`, import.meta.url)));
  const listed = await new Server({ flags: [option] }).start();  // refused if there were no such option
  await listed.stop();
  for (const name of ['package.json', 'server.mjs']) assert.ok(existsSync(new URL(`../../${/cd (\S+)/.exec(example)[1]}/${name}`, import.meta.url)));
});
