// Answers that are too much for one: each is a page, the pages give everything once, and nobody is cut off for asking.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Client } from './lib/client.mjs';
import { Line } from './lib/proxy.mjs';
import { Raw } from './lib/raw.mjs';
import { Server } from './lib/server.mjs';

const kLongest = '𝄞'.repeat(4000);  // 16,000 bytes, as much as one message may have
let server;
let line;
before(async () => {
  server = await new Server().start();
  line = await new Line(server).open();
});
after(async () => {
  await server.stop();
  await line.close();
});

/** A room with `count` of the longest messages. */
async function full(client, count) {
  const { room } = await client.rpc('room.create', { name: 'full' });
  const sent = await Promise.all(Array.from({ length: count }, () => client.send(room.id, kLongest)));
  return { room: room.id, channel: `room:${room.id}`, seqs: sent.map(({ seq }) => seq).sort((a, b) => a - b) };
}

const cutOff = (client) => client.events.filter((event) => event.kind === 'connecting' && event.code >= 3000);

test('chat.history gives every long message once, whichever way the client pages', async () => {
  const ann = await new Client(server, 'pages-ann').connect();
  const { room, seqs } = await full(ann, 80);
  const read = (query) => ann.rpc('chat.history', { room, limit: 200, ...query });
  const back = [];
  for (let page = await read({}); ; page = await read({ before: back[0] })) {
    assert.ok(page.messages.length > 0 && page.messages.length < 80);
    assert.equal(page.has_more_after, back.length > 0);
    back.unshift(...page.messages.map(({ seq }) => seq));
    if (!page.has_more_before) break;
  }
  assert.deepEqual(back, seqs);
  const on = [];
  for (let page = await read({ after: 1 }); ; page = await read({ after: on.at(-1) })) {
    on.push(...page.messages.map(({ seq }) => seq));
    if (!page.has_more_after) break;
  }
  assert.deepEqual(on, seqs);
  const around = await read({ around: seqs[40] });
  const shown = around.messages.map(({ seq }) => seq);
  assert.deepEqual(shown, seqs.slice(seqs.indexOf(shown[0])).slice(0, shown.length));
  assert.ok(shown.includes(seqs[40]) && around.has_more_before && around.has_more_after);
  assert.deepEqual(cutOff(ann), []);
});

test('history of a channel ends where its page ends, and goes on from there in both directions', async () => {
  const ann = await new Client(server, 'pages-hist').connect();
  const { channel, seqs } = await full(ann, 40);
  const subscription = await ann.subscribe(channel);
  for (const reverse of [false, true]) {
    const seen = [];
    const { epoch, offset } = await subscription.history({ limit: 0 });
    for (let since = { epoch, offset: reverse ? offset + 1 : 0 }; seen.length < offset;) {
      const { publications } = await subscription.history({ limit: -1, since, reverse });
      assert.ok(publications.length > 0 && publications.length < 40);
      seen.push(...publications.map((publication) => publication.offset));
      since = { epoch, offset: seen.at(-1) };
    }
    assert.deepEqual(reverse ? seen.reverse() : seen, [1, ...seqs]);
  }
});

test('the old texts of a message come in pages', async () => {
  const ann = await new Client(server, 'pages-edits').connect();
  const { room, seqs: [seq] } = await full(ann, 1);
  for (let i = 0; i < 40; i += 1) await ann.rpc('chat.edit', { room, seq, text: `${i}${kLongest.slice(0, 6000)}` });
  const numbers = [];
  let pages = 0;
  for (let more = true; more; pages += 1) {
    const { edits, has_more_after } = await ann.rpc('chat.edits', { room, seq, ...(pages > 0 && { after: numbers.at(-1) }) });
    numbers.push(...edits.map(({ number }) => number));
    more = has_more_after;
  }
  assert.deepEqual(numbers, Array.from({ length: 40 }, (_, i) => i + 1));
  assert.ok(pages > 1);
});

test('who comes back to many rooms at once recovers each of them, and is not cut off for it', async () => {
  const ann = await new Client(server, 'pages-many').connect();
  const bob = await new Client(server, 'pages-bob', { websocket: line.websocket }).connect();
  const rooms = [];
  for (let i = 0; i < 12; i += 1) {
    const { room } = await ann.rpc('room.create', { name: `room ${i}` });
    await bob.rpc('room.join', { room: room.id });
    await bob.subscribe(`room:${room.id}`);
    rooms.push(room.id);
  }
  line.refusing = true;
  line.cut();
  const sent = await Promise.all(rooms.map((room) => Promise.all(Array.from({ length: 15 }, () => ann.send(room, kLongest)))));
  line.refusing = false;
  for (const [i, room] of rooms.entries()) {
    const channel = `room:${room}`;
    const times = () => bob.events.filter((event) => event.kind === 'subscribed' && event.channel === channel);
    await bob.until(() => times().length === 2 && bob.entries(channel).length >= 15);
    assert.ok(times()[1].recovered);
    assert.deepEqual(bob.entries(channel).map((entry) => entry.offset), sent[i].map(({ offset }) => offset).sort((a, b) => a - b));
  }
  assert.deepEqual(cutOff(bob), []);
});

test('pages asked for all at once come one after the other to a client who takes his time', async () => {
  const ann = await new Client(server, 'pages-slow').connect();
  const { room, seqs } = await full(ann, 40);
  const raw = await Raw.connected(server, 'pages-slow');
  raw.socket.pause();
  const ids = Array.from({ length: 60 }, (_, i) => 100 + i);
  raw.send(...ids.map((id) => ({ id, rpc: { method: 'chat.history', data: { room, limit: 200 } } })));
  for (const text of ['a', 'word', 'meanwhile']) await ann.send(room, text);
  raw.socket.resume();
  for (const id of ids) assert.ok((await raw.reply(id)).rpc.data.messages.some(({ seq }) => seq >= seqs[30]));
});
