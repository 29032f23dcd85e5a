// K9: a proxy answers 502 although the post was stored; the retry makes a second message.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Client } from './lib/client.mjs';
import { Line, Meddler } from './lib/proxy.mjs';
import { Server, nonce, token } from './lib/server.mjs';
import { eventually } from './lib/states.mjs';

let server;
before(async () => { server = await new Server().start(); });
after(() => server.stop());

async function roomOf(user) {
  return (await server.rest('POST', '/rooms', { user, body: { name: 'Proxy' } })).body.room.id;
}

const texts = async (user, room) => (await server.rest('GET', `/rooms/${room}/messages`, { user })).body.messages.map((message) => message.text);

/** A send over REST to any address; undefined if the connection broke. */
async function post(url, user, room, text, key) {
  try {
    const response = await fetch(`${url}/api/v1/rooms/${room}/messages`, {
      method: 'POST', headers: { Authorization: `Bearer ${token(user)}`, 'Content-Type': 'application/json', 'Idempotency-Key': key }, body: JSON.stringify({ text }),
    });
    return { status: response.status, body: response.headers.get('content-type').includes('json') ? await response.json() : undefined };
  } catch {
    return undefined;
  }
}

for (const deed of ['502', 'cut']) {
  test(`K9: the answer to a stored post becomes a ${deed}: the retry says duplicate with the same seq and offset`, async () => {
    const user = `k9-${deed}`;
    const room = await roomOf(user);
    const watcher = await new Client(server, user).connect();
    await watcher.subscribe(`room:${room}`);
    const meddler = await new Meddler(server, (asked) => (asked === 0 ? deed : 'pass')).open();
    const key = nonce();
    const first = await post(meddler.url, user, room, 'once', key);
    assert.equal(first?.status, deed === '502' ? 502 : undefined);
    await watcher.until(() => watcher.entries(`room:${room}`).length === 1, 'the push that came instead of the answer');
    const [pushed] = watcher.entries(`room:${room}`);
    assert.equal(pushed.message.nonce, key, 'by it the pending row is found');

    const retry = await post(meddler.url, user, room, 'once', key);
    assert.deepEqual([retry.status, retry.body.duplicate, retry.body.seq, retry.body.offset], [201, true, pushed.message.seq, pushed.offset]);
    const rpc = await watcher.rpc('chat.send', { room, text: 'once', nonce: key });
    assert.deepEqual([rpc.duplicate, rpc.seq], [true, pushed.message.seq]);
    assert.deepEqual(await texts(user, room), ['once']);
    await meddler.close();
  });
}

test('K9: while an answer is held back, retries from a second tab and over REST make no second message', async () => {
  const user = 'k9-delay';
  const room = await roomOf(user);
  const line = await new Line(server).open();
  const first = await new Client(server, user, { websocket: line.websocket, options: { timeout: 600 } }).connect();
  const second = await new Client(server, user).connect();
  const key = nonce();
  line.hold();  // the server gets nothing more from here on, nor does the client
  await assert.rejects(first.rpc('chat.send', { room, text: 'once', nonce: key }));
  const answers = await Promise.all([second.rpc('chat.send', { room, text: 'once', nonce: key }), post(server.url, user, room, 'once', key).then((answer) => answer.body)]);
  assert.equal(answers[0].seq, answers[1].seq);
  assert.equal(answers.filter((answer) => answer.duplicate).length, 1);
  assert.deepEqual(await texts(user, room), ['once']);
  await line.close();
});

test('K9: a send over a line that is cut behind it is stored once, whether or not it had arrived', async () => {
  const user = 'k9-rpc';
  const room = await roomOf(user);
  const line = await new Line(server).open();
  const client = await new Client(server, user, { websocket: line.websocket }).connect();
  for (let i = 0; i < 20; i += 1) {
    const key = nonce();
    await client.centrifuge.ready(30000);
    const attempt = client.rpc('chat.send', { room, text: `message ${i}`, nonce: key }).catch(() => undefined);
    if (i % 2 === 0) await new Promise((turn) => setImmediate(turn));
    line.cut();
    await attempt;
    const repeat = async () => client.rpc('chat.send', { room, text: `message ${i}`, nonce: key }).catch(() => undefined);
    const answer = await eventually(repeat, (result) => result !== undefined);
    assert.ok(answer.seq);
  }
  assert.deepEqual(await texts(user, room), Array.from({ length: 20 }, (_, i) => `message ${i}`));
  await line.close();
});
