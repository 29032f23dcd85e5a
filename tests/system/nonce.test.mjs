// One nonce is one message, for good: whatever the way, however often, whatever happened in between.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Client } from './lib/client.mjs';
import { Server, nonce } from './lib/server.mjs';

let server;
before(async () => { server = await new Server().start(); });
after(() => server.stop());

const kTries = 50;

/** Sends the same over five connections and REST, all at once: what was answered. */
async function retry(user, room, text, key) {
  const clients = await Promise.all(Array.from({ length: 5 }, () => new Client(server, user).connect()));
  const answers = await Promise.all(Array.from({ length: kTries }, async (_, i) => {
    if (i % 2 === 0) return clients[i % 5].rpc('chat.send', { room, text, nonce: key });
    const { status, body } = await server.rest('POST', `/rooms/${room}/messages`, { user, body: { text }, headers: { 'Idempotency-Key': key } });
    assert.equal(status, 201, JSON.stringify(body));
    return body;
  }));
  for (const client of clients) client.disconnect();
  return answers;
}

function assertOne(answers, expectFirst) {
  assert.equal(answers.length, kTries);
  assert.equal(new Set(answers.map(({ seq, offset, epoch, at }) => JSON.stringify([seq, offset, epoch, at]))).size, 1);
  assert.equal(answers[0].seq, answers[0].offset);
  assert.equal(answers.filter((answer) => answer.duplicate !== true).length, expectFirst ? 1 : 0);
}

async function messagesOf(user, room) {
  const page = await server.rest('GET', `/rooms/${room}/messages`, { user });
  return page.body.messages;
}

test('50 parallel retries make one message and get one answer, also after a restart and after a kick', async () => {
  const made = await server.rest('POST', '/rooms', { user: 'ann', body: { name: 'Once' } });
  const room = made.body.room.id;
  await server.rest('POST', `/rooms/${room}/join`, { user: 'bob', body: {} });
  const key = nonce();

  const first = await retry('bob', room, 'only once', key);
  assertOne(first, true);
  assert.deepEqual((await messagesOf('ann', room)).map((message) => message.text), ['only once']);

  await server.kill();
  await server.start();
  const restarted = await retry('bob', room, 'only once', key);
  assertOne(restarted, false);
  assert.equal(restarted[0].seq, first[0].seq);

  const kicked = await server.rest('POST', `/rooms/${room}/members/bob/kick`, { user: 'ann', body: {} });
  assert.equal(kicked.status, 200);
  const outside = await retry('bob', room, 'only once', key);
  assertOne(outside, false);
  assert.equal(outside[0].seq, first[0].seq);
  assert.equal((await messagesOf('ann', room)).length, 1);
});

test('the same nonce with another body is a conflict, over both ways, and leaves the log as it was', async () => {
  const ann = await new Client(server, 'conflict').connect();
  const { room: { id: room } } = await ann.rpc('room.create', { name: 'Conflict' });
  const key = nonce();
  await ann.rpc('chat.send', { room, text: 'one', nonce: key });
  const before = (await ann.rpc('chat.history', { room })).offset;
  const conflict = { code: 1009, message: 'nonce_conflict' };
  assert.deepEqual(await ann.refused('chat.send', { room, text: 'two', nonce: key }), conflict);
  assert.deepEqual(await ann.refused('chat.send', { room, text: 'one', format: 'plain', nonce: key }), conflict);
  assert.deepEqual(await ann.refused('chat.edit', { room, seq: before, text: 'two', nonce: key }), conflict);
  const refused = await server.rest('POST', `/rooms/${room}/messages`, { user: 'conflict', body: { text: 'two' }, headers: { 'Idempotency-Key': key } });
  assert.deepEqual([refused.status, refused.body.code], [409, 'nonce_conflict']);
  assert.equal((await ann.rpc('chat.history', { room })).offset, before);
  ann.disconnect();
});

test('a nonce belongs to its author and its room: others use the same one freely', async () => {
  const ann = await new Client(server, 'own-ann').connect();
  const bob = await new Client(server, 'own-bob').connect();
  const one = (await ann.rpc('room.create', { name: 'One' })).room.id;
  const two = (await ann.rpc('room.create', { name: 'Two' })).room.id;
  await bob.rpc('room.join', { room: one });
  const key = nonce();
  for (const [client, room] of [[ann, one], [ann, two], [bob, one]]) {
    assert.equal((await client.rpc('chat.send', { room, text: 'hi', nonce: key })).duplicate, undefined);
  }
  ann.disconnect();
  bob.disconnect();
});

test('a repeat after an edit or a delete is still the first message', async () => {
  const ann = await new Client(server, 'later').connect();
  const { room: { id: room } } = await ann.rpc('room.create', { name: 'Later' });
  const key = nonce();
  const send = () => ann.rpc('chat.send', { room, text: 'first', nonce: key });
  const { seq } = await send();
  await ann.rpc('chat.edit', { room, seq, text: 'edited' });
  assert.deepEqual([(await send()).seq, (await send()).duplicate], [seq, true]);
  await ann.rpc('chat.delete', { room, seq });
  assert.deepEqual([(await send()).seq, (await send()).duplicate], [seq, true]);
  assert.equal((await ann.refused('chat.send', { room, text: 'edited', nonce: key })).code, 1009);
  const { messages } = await ann.rpc('chat.history', { room });
  assert.deepEqual(messages.map((message) => message.deleted), [true]);
  ann.disconnect();
});

test('every writing operation repeated with its nonce answers as the first time', async () => {
  const ann = await new Client(server, 'every-ann').connect();
  const bob = await new Client(server, 'every-bob').connect();
  const twice = async (client, method, fields) => {
    const key = nonce();
    const first = await client.rpc(method, { ...fields, nonce: key });
    const second = await client.rpc(method, { ...fields, nonce: key });
    assert.equal(first.duplicate, undefined, method);
    assert.equal(second.duplicate, true, method);
    assert.deepEqual([second.offset, second.epoch, second.at, second.room?.id], [first.offset, first.epoch, first.at, first.room?.id], method);
    return first;
  };
  const room = (await twice(ann, 'room.create', { name: 'Every' })).room.id;
  await twice(bob, 'room.join', { room });
  const { seq } = await twice(bob, 'chat.send', { room, text: 'one' });
  await twice(bob, 'chat.edit', { room, seq, text: 'two' });
  await twice(bob, 'chat.delete', { room, seq });
  await twice(bob, 'room.leave', { room });
  await bob.rpc('room.join', { room });
  await twice(ann, 'room.kick', { room, user: 'every-bob' });
  const rooms = (await ann.rpc('room.list', { joined: true })).rooms;
  assert.equal(rooms.length, 1);
  ann.disconnect();
  bob.disconnect();
});

test('a nonce has 1 to 64 visible ASCII bytes', async () => {
  const ann = await new Client(server, 'form').connect();
  const { room: { id: room } } = await ann.rpc('room.create', { name: 'Form' });
  for (const wrong of ['', 'x'.repeat(65), 'with space', 'é', 'tab\t', 7, {}]) {
    assert.deepEqual(await ann.refused('chat.send', { room, text: 'x', nonce: wrong }), { code: 107, message: 'bad_request:nonce' });
  }
  assert.ok((await ann.rpc('chat.send', { room, text: 'x', nonce: 'x'.repeat(64) })).seq);
  ann.disconnect();
});
