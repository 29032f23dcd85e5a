// The blocks of the README do what they say.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync, rmSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { Server } from './lib/server.mjs';

const run = promisify(execFile);
const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
const block = (language) => new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``).exec(readme)[1];

let server;
before(async () => { server = await new Server().start(); });
after(() => server.stop());

test('the example for developers connects, makes a room and hears its own message', async () => {
  const { stdout } = await run(process.env.KITH_BINARY, ['token', 'create', '--user', 'shop-ann', '--data.dir', server.folder]);
  const program = block('js').replace('127.0.0.1:8000', new URL(server.url).host);
  const file = new URL(`./.readme-${process.pid}.mjs`, import.meta.url);
  writeFileSync(file, `${program}\n`
    + `const bye = new Promise((heard) => room.on('publication', (p) => p.data.message?.text === 'bye' && heard()));\n`
    + `await client.rpc('chat.send', { room: data.room.id, text: 'bye', nonce: randomUUID() });\nawait bye;\nclient.disconnect();\n`);
  try {
    const printed = (await run(process.execPath, [file.pathname], { timeout: 30000, env: { ...process.env, TOKEN: stdout.trim() } })).stdout;
    assert.match(printed, /message\.created bye/);
  } finally {
    rmSync(file);
  }
});

test('a token for the id of an own account is refused with a sentence', async () => {
  const token = server.setupLink.split('#')[1];
  const made = await server.rest('POST', '/setup', {
    body: { token, handle: 'boss', display_name: 'Boss', password: 'orbit velvet canyon 9' },
    headers: { 'Sec-Fetch-Site': 'same-origin' },
  });
  assert.equal(made.status, 201, JSON.stringify(made.body));
  await assert.rejects(
    run(process.env.KITH_BINARY, ['token', 'create', '--user', made.body.user.id, '--data.dir', server.folder]),
    /is an account of this server/,
  );
});

test('the server command of the README exists and names the two commands', () => {
  assert.match(block('sh'), /script\/server/);
  assert.match(readme, /script\/test/);
});
