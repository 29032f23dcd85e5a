// A shop whose customers talk in one room. It knows who they are already; Kith takes its word for it.
import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';

const kith = process.env.KITH_URL ?? 'http://127.0.0.1:8000';
const secret = process.env.KITH_CLIENT_TOKEN_HMAC_SECRET_KEY;
const key = process.env.KITH_HTTP_API_KEY;
const port = Number(process.env.PORT ?? 3000);

/** Ends with a sentence: what is missing, and what to do. */
function stop(why) {
  console.error(`shop: ${why}`);
  process.exit(1);
}
for (const name of ['KITH_CLIENT_TOKEN_HMAC_SECRET_KEY', 'KITH_HTTP_API_KEY']) {
  if (!process.env[name]) stop(`${name} is not set. In the folder of Kith: set -a; . ./kith.env; set +a`);
}

/** What Kith takes for an identity: a short-lived JWT that only this server can sign. */
function tokenFor(user) {
  const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const now = Math.floor(Date.now() / 1000);
  const signed = `${part({ alg: 'HS256', typ: 'JWT' })}.${part({ sub: user, iat: now, exp: now + 3600, info: { name: user } })}`;
  return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`;
}

async function call(method, path, headers, body) {
  const answer = await fetch(`${kith}/api/v1${path}`, {
    method, headers: { 'Content-Type': 'application/json', ...headers }, body: JSON.stringify(body),
  });
  if (answer.status === 401) throw new Error(`Kith was started with other secrets than this shop: ${(await answer.json()).detail}`);
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
  return answer.json();
}
const as = (user) => ({ Authorization: `Bearer ${tokenFor(user)}` });

// The shop owns the room. The same Idempotency-Key gives the same room after every start.
const { room } = await call('POST', '/rooms', { ...as('shop'), 'Idempotency-Key': 'customers' }, { name: 'Customers' })
  .catch((error) => stop(error.cause ? `no Kith answers at ${kith}: start it first` : error.message));

const page = readFileSync(new URL('page.html', import.meta.url), 'utf8');
const sdk = () => readFileSync(new URL('node_modules/centrifuge/dist/centrifuge.js', import.meta.url));

const routes = {
  '/': () => ['text/html', page],
  '/centrifuge.js': () => ['text/javascript', sdk()],
  // Your session says who this is; the example believes the address.
  '/session': async (url) => {
    const user = url.searchParams.get('user') ?? 'guest';
    await call('POST', `/rooms/${room.id}/join`, as(user), {});
    return ['application/json', JSON.stringify({ user, token: tokenFor(user), room: room.id, url: `${kith.replace('http', 'ws')}/connection/websocket` })];
  },
  // Something happened in the shop: its back end says so in the room.
  '/ship': async (url) => {
    const text = `Order ${Number(url.searchParams.get('order'))} is on its way`;
    await call('POST', `/rooms/${room.id}/messages`, { 'X-API-Key': key, 'Kith-User': 'shop' }, { text });
    return ['text/plain', text];
  },
};

const server = createServer(async (request, response) => {
  const url = new URL(request.url, 'http://127.0.0.1');
  try {
    const [type, body] = await (routes[url.pathname] ?? (() => ['text/plain', 'not here']))(url);
    response.writeHead(200, { 'Content-Type': type }).end(body);
  } catch (error) {
    response.writeHead(502, { 'Content-Type': 'text/plain' }).end(error.message);
  }
});
server.once('error', (error) => stop(error.code === 'EADDRINUSE'
  ? `port ${port} is in use: end what runs there, or set PORT and list that origin at Kith's start` : error.message));
server.listen(port, '127.0.0.1', () => {
  console.log(`The shop is open: http://127.0.0.1:${server.address().port}/?user=ann (this very address: Kith knows no other, not localhost)`);
});
