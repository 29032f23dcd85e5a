// The upgrade to a WebSocket: origins, subprotocols, and what is refused before anything is spoken.
import assert from 'node:assert/strict';
import { request } from 'node:http';
import { after, before, test } from 'node:test';
import { Raw } from './lib/raw.mjs';
import { Server, token } from './lib/server.mjs';

let server;
before(async () => { server = await new Server({ flags: ['--client.allowed_origins=https://good.example https://other.example:8443'] }).start(); });
after(() => server.stop());

const upgradeStatus = async (options) => {
  try {
    const raw = await Raw.open(server, options);
    await raw.close();
    return 101;
  } catch (error) {
    return error.status;
  }
};

test('of these origins only the listed ones and the own host connect', async () => {
  const { port } = new URL(server.url);
  const origins = {
    'https://good.example': 101,
    'https://other.example:8443': 101,
    [server.url]: 101,
    'null': 403,
    'https://evil.example': 403,
    'https://good.example.evil': 403,
    'https://evil-good.example': 403,
    'https://good.example:8443': 403,
    'http://good.example': 403,
    'https://GOOD.example': 403,
    'https://good.example.': 403,
    'https://user@good.example': 403,
    'https://good.example/': 403,
    [`http://127.0.0.1:${Number(port) + 1}`]: 403,
    [`http://localhost:${port}`]: 403,
    '*': 403,
  };
  for (const [origin, status] of Object.entries(origins)) assert.equal(await upgradeStatus({ origin }), status, origin);
  assert.equal(await upgradeStatus({}), 101, 'no origin: the token decides');
});

test('the subprotocol of JSON clients is echoed, an unknown or an empty one is no obstacle', async () => {
  const json = await Raw.open(server, { protocols: ['centrifuge-json'] });
  assert.equal(json.socket.protocol, 'centrifuge-json');
  await json.close();
  const empty = await Raw.open(server, { headers: { 'Sec-WebSocket-Protocol': '' } });
  assert.ok((await empty.ask({ connect: { token: token('empty') } })).connect);
  assert.equal(empty.socket.protocol, '');
  await empty.close();
});

test('the query of the address changes nothing', async () => {
  const raw = await Raw.open(server, { query: '?cf_protocol_version=v2&x=%20' });
  assert.ok((await raw.ask({ connect: { token: token('query') } })).connect);
  await raw.close();
});

test('what is no WebSocket handshake is answered in words', async () => {
  const plain = await fetch(`${server.url}/connection/websocket`);
  assert.equal(plain.status, 426);
  assert.equal(plain.headers.get('upgrade'), 'websocket');
  const post = await fetch(`${server.url}/connection/websocket`, { method: 'POST' });
  assert.equal(post.status, 405);
  const handshake = { Connection: 'Upgrade', Upgrade: 'websocket', 'Sec-WebSocket-Version': '13', 'Sec-WebSocket-Key': 'AAAAAAAAAAAAAAAAAAAAAA==' };
  const answered = (headers) => new Promise((resolve, reject) => {
    const asked = request(`${server.url}/connection/websocket`, { headers: { ...handshake, ...headers } }, (response) => resolve(response.resume()));
    asked.on('upgrade', (response, socket) => { socket.destroy(); resolve(response); });
    asked.on('error', reject);
    asked.end();
  });
  assert.equal((await answered({})).statusCode, 101);
  const old = await answered({ 'Sec-WebSocket-Version': '12' });
  assert.deepEqual([old.statusCode, old.headers['sec-websocket-version']], [426, '13']);
  for (const key of ['', 'short', 'x'.repeat(24)]) assert.equal((await answered({ 'Sec-WebSocket-Key': key })).statusCode, 400);
});
