// What the server subscribes by itself, how much one connect may recover, and what a client may change of it.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Raw } from './lib/raw.mjs';
import { Server, token } from './lib/server.mjs';

let server;
before(async () => { server = await new Server({ flags: ['--client.server_channels=3'] }).start(); });
after(() => server.stop());

const all = { data: { kith: { subscriptions: 'all' } } };

async function made(user, name = 'Room') {
  return (await server.rest('POST', '/rooms', { user, body: { name } })).body.room.id;
}

test('above the limit rooms are passive: counted, the most recently active kept, and free to be subscribed', async () => {
  const rooms = [];
  for (let i = 0; i < 5; i += 1) rooms.push(await made('passive', `r${i}`));
  await server.rest('POST', `/rooms/${rooms[0]}/messages`, { user: 'passive', body: { text: 'active again' } });
  const raw = await Raw.connected(server, 'passive', all);
  const { subs, data } = raw.hello.connect;
  assert.equal(data.kith.passive, 2);
  assert.deepEqual(Object.keys(subs).sort(), ['user:passive', `room:${rooms[0]}`, `room:${rooms[3]}`, `room:${rooms[4]}`].sort());
  assert.ok((await raw.ask({ subscribe: { channel: `room:${rooms[1]}` } })).subscribe.recoverable);
  const sixth = (await raw.rpc('room.create', { name: 'r6' })).rpc.data.room.id;
  await raw.rpc('chat.send', { room: rooms[1], text: 'x' });
  await raw.until(() => raw.publications(`room:${rooms[1]}`).some((p) => p.data.type === 'message.created'));
  assert.ok(!raw.messages.some((m) => m.push?.channel === `room:${sixth}`), 'a room beyond the limit is passive too');
});

test('one connect recovers 400 KiB at most; the rooms beyond say that they are not recovered', async () => {
  const rooms = [];
  for (let i = 0; i < 3; i += 1) rooms.push(await made('much', `r${i}`));
  const first = (await Raw.connected(server, 'much', all)).hello.connect.subs;
  const text = '😀'.repeat(4000);
  await Promise.all(rooms.flatMap((room) => Array.from({ length: 12 }, () => server.rest('POST', `/rooms/${room}/messages`, { user: 'much', body: { text } }))));
  const positions = Object.fromEntries(rooms.map((room) => [`room:${room}`, { recover: true, epoch: first[`room:${room}`].epoch, offset: 1 }]));
  const { subs } = (await Raw.connected(server, 'much', { ...all, subs: positions })).hello.connect;
  const answers = rooms.map((room) => subs[`room:${room}`]);
  const recovered = answers.filter((answer) => answer.recovered);
  assert.equal(recovered.length, 2);
  for (const answer of recovered) assert.deepEqual([answer.offset, answer.publications.length], [1, 12]);
  const [rest] = answers.filter((answer) => !answer.recovered);
  assert.deepEqual([rest.was_recovering, rest.offset, rest.publications], [true, 13, undefined]);
});

test('one channel recovers 256 KiB at most, and never a part', async () => {
  const room = await made('wide');
  const channel = `room:${room}`;
  const text = '😀'.repeat(4000);
  await Promise.all(Array.from({ length: 20 }, () => server.rest('POST', `/rooms/${room}/messages`, { user: 'wide', body: { text } })));
  const raw = await Raw.connected(server, 'wide');
  const over = (await raw.ask({ subscribe: { channel, recover: true, epoch: '', offset: 1 } })).subscribe;
  assert.deepEqual([over.recovered, over.publications, over.offset], [undefined, undefined, 21]);
  await raw.ask({ unsubscribe: { channel } });
  const within = (await raw.ask({ subscribe: { channel, recover: true, epoch: '', offset: 9 } })).subscribe;
  assert.deepEqual([within.recovered, within.publications.length], [true, 12]);
});

test('a connect with 512 positions is taken', async () => {
  const subs = Object.fromEntries(Array.from({ length: 512 }, (_, i) => [`room:${String(i).padStart(16, 'x')}`, { recover: true, epoch: 'Lm0hrk0hzP8', offset: 1000000 + i }]));
  const raw = await Raw.connected(server, 'positions', { ...all, subs });
  assert.deepEqual(Object.keys(raw.hello.connect.subs), ['user:positions']);
});

test('a connect above 128 KiB closes with 3501', async () => {
  const raw = await Raw.open(server);
  raw.send({ id: 1, connect: { token: 'x'.repeat(131073) } });
  assert.deepEqual(await raw.closed, { code: 3501, reason: 'bad request' });
});

test('the own channel can be given up and taken back; what concerns the user still ends his subscriptions', async () => {
  const room = await made('owner');
  const raw = await Raw.connected(server, 'giver');
  assert.deepEqual((await raw.ask({ unsubscribe: { channel: 'user:giver' } })).unsubscribe, {});
  await raw.rpc('room.join', { room });
  await raw.ask({ subscribe: { channel: `room:${room}` } });
  await server.rest('POST', `/rooms/${room}/members/giver/kick`, { user: 'owner', body: {} });
  await raw.until(() => raw.messages.some((m) => m.push?.unsubscribe?.code === 2000));
  assert.deepEqual(raw.publications('user:giver'), []);
  const { subscribe } = await raw.ask({ subscribe: { channel: 'user:giver', recover: true, epoch: '', offset: 0 } });
  assert.deepEqual(subscribe.publications.map((p) => p.data.type), ['room.added', 'room.removed']);
  await raw.rpc('room.join', { room });
  await raw.until(() => raw.publications('user:giver').length === 1);
});

test('a server-side room can be left to a client-side subscription, which goes on from its position', async () => {
  const room = await made('mover');
  const channel = `room:${room}`;
  const raw = await Raw.connected(server, 'mover', all);
  const { epoch, offset } = raw.hello.connect.subs[channel];
  await raw.ask({ unsubscribe: { channel } });
  await raw.rpc('chat.send', { room, text: 'between' });
  const { subscribe } = await raw.ask({ subscribe: { channel, recover: true, epoch, offset } });
  assert.deepEqual([subscribe.recovered, subscribe.publications.map((p) => p.data.message.text)], [true, ['between']]);
});

test('a room that is joined while a client connects is never left out, whichever comes first', async () => {
  const rooms = await Promise.all(Array.from({ length: 100 }, (_, i) => made(`maker${i % 20}`)));
  const phone = await Raw.connected(server, 'busy');
  for (const [i, room] of rooms.entries()) {
    const channel = `room:${room}`;
    const raw = await Raw.open(server);
    raw.send({ id: 1, connect: { token: token('busy'), ...all } });
    if (i % 2 === 0) await new Promise((turn) => setImmediate(turn));
    const joined = phone.rpc('room.join', { room });
    await Promise.all([joined, raw.reply(1)]);
    const known = () => raw.messages[0].connect.subs[channel] !== undefined || raw.messages.some((m) => m.push?.channel === channel && m.push.subscribe);
    await raw.until(known, `the room joined in round ${i}`);
    await raw.drop();
    await phone.rpc('room.leave', { room });
  }
});

test('joining and leaving in quick turns ends as the last of them says', async () => {
  const room = await made('turns-owner');
  const channel = `room:${room}`;
  const raw = await Raw.connected(server, 'turns', all);
  for (let id = 100; id < 160; id += 2) raw.send({ id, rpc: { method: 'room.join', data: { room } } }, { id: id + 1, rpc: { method: 'room.leave', data: { room } } });
  await Promise.all(Array.from({ length: 60 }, (_, i) => raw.reply(100 + i)));
  await raw.rpc('room.join', { room });
  await raw.rpc('chat.send', { room, text: 'heard' });
  await raw.until(() => raw.publications(channel).some((p) => p.data.message?.text === 'heard'));
  const last = raw.messages.filter((m) => m.push?.channel === channel && !m.push.pub).at(-1);
  assert.ok(last.push.subscribe);
});
