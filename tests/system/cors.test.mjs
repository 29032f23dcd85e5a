// REST for pages of other sites: who may read an answer, what a preflight says, and what a cookie never does.
import assert from 'node:assert/strict';
import { request } from 'node:http';
import { after, before, test } from 'node:test';
import { Server, token } from './lib/server.mjs';
import { eventually } from './lib/states.mjs';

const kGood = 'https://good.example';
let server;
before(async () => { server = await new Server({ flags: [`--client.allowed_origins=${kGood} https://other.example:8443`] }).start(); });
after(() => server.stop());

/** A request as a browser makes it: every header is the test's own choice. */
const asked = (method, path, headers = {}, { body, of = server } = {}) => new Promise((resolve, reject) => {
  const sent = request(`${of.url}${path}`, { method, headers }, (response) => {
    response.resume().once('end', () => resolve({ status: response.statusCode, headers: response.headers }));
  });
  sent.once('error', reject);
  sent.end(body);
});
const bearer = { Authorization: `Bearer ${token('ann')}` };
const preflight = (origin, path = '/api/v1/rooms', of = server) => asked('OPTIONS', path, {
  Origin: origin, 'Access-Control-Request-Method': 'POST', 'Access-Control-Request-Headers': 'authorization,content-type',
}, { of });
const corsOf = ({ headers }) => Object.keys(headers).filter((name) => name.startsWith('access-control-'));

test('a preflight of a listed origin says what is allowed, for five minutes, and never with credentials', async () => {
  for (const origin of [kGood, 'https://other.example:8443']) {
    const { status, headers } = await preflight(origin);
    assert.equal(status, 204);
    assert.equal(headers['access-control-allow-origin'], origin);
    assert.deepEqual(headers['access-control-allow-methods'].split(', ').filter((name) => name !== 'HEAD' && name !== 'OPTIONS').sort(), ['GET', 'POST']);
    assert.equal(headers['access-control-allow-headers'], 'Authorization, Content-Type, Idempotency-Key');
    assert.equal(headers['access-control-max-age'], '300');
    assert.equal(headers.vary, 'Origin');
    assert.equal(headers['access-control-allow-credentials'], undefined);
  }
});

test('its page sends and reads with a bearer, and reads refusals too', async () => {
  const body = '{"name":"From elsewhere"}';
  const cases = [
    [201, await asked('POST', '/api/v1/rooms', { Origin: kGood, ...bearer, 'Content-Type': 'application/json' }, { body })],
    [200, await asked('GET', '/api/v1/rooms', { Origin: kGood, ...bearer })],
    [401, await asked('GET', '/api/v1/rooms', { Origin: kGood })],
    [404, await asked('GET', '/api/v1/nothing', { Origin: kGood })],
    [405, await asked('DELETE', '/api/v1/rooms', { Origin: kGood })],
    [413, await asked('POST', '/api/v1/rooms', { Origin: kGood, ...bearer, 'Content-Type': 'application/json' }, { body: 'x'.repeat(65537) })],
    [415, await asked('POST', '/api/v1/rooms', { Origin: kGood, ...bearer, 'Content-Type': 'text/plain' }, { body })],
  ];
  for (const [status, answer] of cases) {
    assert.equal(answer.status, status);
    assert.equal(answer.headers['access-control-allow-origin'], kGood, `${status}`);
    assert.equal(answer.headers['access-control-expose-headers'], 'Retry-After, WWW-Authenticate');
    assert.equal(answer.headers['access-control-allow-credentials'], undefined);
    assert.equal(answer.headers.vary, 'Origin');
  }
});

test('any other origin gets no word of it, and caches keep the two apart', async () => {
  const { port } = new URL(server.url);
  const others = ['null', '*', 'https://evil.example', `${kGood}.evil`, 'https://evil-good.example', `${kGood}:8443`, 'http://good.example',
    'https://GOOD.example', `${kGood}.`, 'https://user@good.example', `${kGood}/`, `${kGood},https://evil.example`, `http://localhost:${port}`, ''];
  for (const origin of others) {
    for (const answer of [await preflight(origin), await asked('GET', '/api/v1/rooms', { Origin: origin, ...bearer })]) {
      assert.deepEqual(corsOf(answer), [], origin);
      assert.equal(answer.headers.vary, 'Origin', origin);
    }
  }
  const twice = await asked('GET', '/api/v1/rooms', { Origin: [kGood, 'https://evil.example'], ...bearer });
  assert.deepEqual(corsOf(twice), []);
  assert.equal((await asked('GET', '/api/v1/rooms', bearer)).headers.vary, 'Origin');
});

test('only REST is shared: not the page, and no preflight opens what has no route', async () => {
  for (const path of ['/', '/setup', '/api/v2/rooms', '/connection/websocket']) {
    assert.deepEqual(corsOf(await asked('GET', path, { Origin: kGood })), [], path);
  }
  assert.equal((await preflight(kGood, '/api/v1/nothing')).status, 404);
});

test('a cookie from an origin that is not listed changes nothing, as before', async () => {
  const made = await asked('POST', '/api/v1/register', { Origin: server.url, 'Content-Type': 'application/json' },
    { body: JSON.stringify({ handle: 'cora', display_name: 'Cora', password: 'a long enough passphrase' }) });
  const cookie = made.headers['set-cookie'][0].split(';')[0];
  const room = (origin) => asked('POST', '/api/v1/rooms', { Origin: origin, Cookie: cookie, 'Content-Type': 'application/json' }, { body: '{"name":"x"}' });
  assert.equal((await room('https://evil.example')).status, 403);
  assert.equal((await room(server.url)).status, 201);
});

test('without a list nothing is shared, and what is no origin is refused at the start', async () => {
  const closed = await new Server().start();
  try {
    for (const answer of [await preflight(kGood, '/api/v1/rooms', closed), await asked('GET', '/api/v1/rooms', { Origin: kGood, ...bearer }, { of: closed })]) {
      assert.deepEqual(corsOf(answer), []);
      assert.equal(answer.headers.vary, undefined);
    }
  } finally {
    await closed.stop();
  }
  for (const origin of ['*', 'null', 'good.example', `${kGood}/`, 'https://GOOD.example', 'https://*.good.example', 'https://']) {
    const refused = new Server({ flags: [`--client.allowed_origins=${origin}`] });
    await assert.rejects(refused.start(), (error) => error.message.includes(`client.allowed_origins: "${origin}" is no origin`), origin);
    await refused.stop();
  }
});

test('an origin that is refused stands in the log once, with the option that would let it in', async () => {
  const said = (origin) => server.errors.split('\n').filter((line) => line.includes(`"${origin}"`)).map((line) => JSON.parse(line));
  const { port } = new URL(server.url);
  const upgrade = (origin) => new Promise((resolve) => {
    const sent = request(`${server.url}/connection/websocket`, { headers: { Origin: origin, Connection: 'Upgrade', Upgrade: 'websocket' } }, (response) => resolve(response.statusCode));
    sent.end();
  });
  for (let again = 0; again < 3; again += 1) assert.equal(await upgrade('https://page.example'), 403);
  await preflight('https://api.example');
  await asked('GET', '/api/v1/rooms', { Origin: kGood, ...bearer });
  await asked('GET', '/api/v1/rooms', { Origin: `http://127.0.0.1:${port}`, ...bearer });
  for (const origin of ['https://page.example', 'https://api.example']) {
    const [line, ...more] = await eventually(() => said(origin), (lines) => lines.length > 0);
    assert.deepEqual([line.level, line.event, line.option, more], ['warn', 'origin_refused', 'client.allowed_origins', []]);
  }
  for (const origin of [kGood, `http://127.0.0.1:${port}`]) assert.deepEqual(said(origin), []);
});
