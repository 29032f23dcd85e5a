// What happens at one node is stored in MongoDB, published on Redis and seen at the other.
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { Client } from './lib/client.mjs';
import { Cluster } from './lib/cluster.mjs';
import { Raw } from './lib/raw.mjs';
import { Waiters, degraded, eventually, metric } from './lib/states.mjs';
import { nonce } from './lib/token.mjs';

const kKey = 'a-key-of-the-back-end-0123456789-abcdef';
let cluster;
let redis;
let a;
let b;
before(async () => {
  cluster = await new Cluster({ flags: ['--presence.grace=400'], environment: { KITH_HTTP_API_KEY: kKey } }).start();
  redis = cluster.redis;
  [a, b] = cluster.nodes;
});
after(() => cluster.stop());

const all = { mode: 'all' };
const members = (key) => redis.ask('SMEMBERS', key).then((users) => users.sort());
const types = (client, channel) => client.entries(channel).map((entry) => entry.type);
const typists = (client, channel) => client.log.filter((item) => item.channel === channel && item.type === 'typing').at(-1)?.users.map((user) => user.id);
const asBackEnd = (node, method, path, body) => node.rest(method, path, { headers: { 'X-API-Key': kKey }, body });

/** What is published on Redis from now on, as [channel, bytes]. */
async function publishedOn(channel) {
  const published = Object.assign(new Waiters('the listener'), { heard: [] });
  published.end = await redis.listen([channel], (...frame) => {
    published.heard.push(frame);
    published.wake();
  });
  return published;
}

/** Ann at A owns a room; Bob, who hears all of it, is at B. */
async function apart(name) {
  const ann = await new Client(a, `${name}-ann`).connect();
  const bob = await new Client(b, `${name}-bob`, all).connect();
  const { room: { id: room } } = await ann.rpc('room.create', { name });
  const channel = `room:${room}`;
  await bob.rpc('room.join', { room });
  await bob.until(() => bob.events.some((e) => e.kind === 'subscribed' && e.channel === channel));
  return { ann, bob, room, channel };
}

test('a message sent at A is stored in MongoDB, published on Redis and received at B', async () => {
  for (const node of [a, b]) {
    assert.match(node.environment.KITH_STORE_URI, /^mongodb:/);
    assert.deepEqual(readdirSync(node.folder).filter((file) => /sqlite|\.db/.test(file)), []);
  }
  const { ann, bob, room, channel } = await apart('talk');
  const published = await publishedOn(`kith:0:${channel}`);
  const sent = await ann.send(room, 'from A');
  await bob.until(() => types(bob, channel).includes('message.created'));
  const heard = bob.entries(channel).at(-1);
  assert.deepEqual([heard.message.text, heard.offset, heard.actor], ['from A', sent.offset, 'talk-ann']);
  await published.until(() => published.heard.length > 0, 'the publication');
  const [[on, frame]] = published.heard;
  assert.equal(on, `kith:0:${channel}`);
  assert.ok(frame.startsWith('K1\x01') && frame.includes('"text":"from A"'), frame);
  assert.deepEqual((await bob.rpc('chat.history', { room })).messages.map((message) => message.text), ['from A']);
  published.end();
});

test('edits, deletes, who joins, leaves and is put out go the same way, in one order for both', async () => {
  const { ann, bob, room, channel } = await apart('room');
  await ann.subscribe(channel);
  const published = await publishedOn(`kith:0:${channel}`);
  const cid = await new Client(b, 'room-cid').connect();
  const { seq } = await ann.send(room, 'helo');
  await ann.rpc('chat.edit', { room, seq, text: 'hello', nonce: nonce() });
  const second = await bob.send(room, 'from B');
  await ann.rpc('chat.delete', { room, seq: second.seq, nonce: nonce() });
  await cid.rpc('room.join', { room });
  await cid.rpc('room.leave', { room });
  await a.rest('POST', `/rooms/${room}/join`, { user: 'room-cid', body: {} });
  await ann.rpc('room.kick', { room, user: 'room-cid', nonce: nonce() });
  const expected = [['message.created'], ['message.edited', 'hello'], ['message.created'], ['message.deleted'],
    ['member.joined'], ['member.left', 'left'], ['member.joined'], ['member.left', 'kicked']];
  for (const client of [ann, bob]) {
    await client.until(() => types(client, channel).filter((type) => type === 'member.left').length === 2, `${client.user} hears the kick`);
    const heard = client.entries(channel).filter((entry) => entry.offset >= seq);
    assert.deepEqual(heard.map((entry) => [entry.type, entry.text ?? entry.cause].filter(Boolean)), expected);
    assert.deepEqual(heard.map((entry) => entry.offset), expected.map((_, i) => seq + i));
  }
  const { messages } = await bob.rpc('chat.history', { room });
  assert.deepEqual(messages.map((message) => message.text ?? message.deleted), ['hello', true]);
  const types_published = ['message.created', 'message.edited', 'message.deleted', 'member.joined', 'member.left'];
  const told = (type) => published.heard.some(([, frame]) => frame.includes(`"type":"${type}"`));
  await published.until(() => types_published.every(told), 'a publication of each kind');
  published.end();
});

test('who types at A is shown at B, and no more once he stops', async () => {
  const { ann, bob, room, channel } = await apart('types');
  const published = await publishedOn(`kith:0:${channel}`);
  await ann.rpc('chat.typing', { room, on: true });
  await bob.until(() => typists(bob, channel)?.length === 1);
  assert.deepEqual(typists(bob, channel), ['types-ann']);
  await published.until(() => published.heard.some(([, frame]) => frame.startsWith('K1\x02')), 'a signal');
  await ann.rpc('chat.typing', { room, on: false });
  await bob.until(() => typists(bob, channel).length === 0);
  published.end();
});

test('who comes online at A and who goes is told at B, once', async () => {
  const { bob, room, channel } = await apart('comes');
  const cid = await new Client(a, 'comes-cid').connect();
  await cid.rpc('room.join', { room });
  const told = (list) => bob.log.filter((item) => item.channel === channel && item.type === 'presence' && item[list].includes('comes-cid'));
  await bob.until(() => told('online').length > 0);
  cid.disconnect();
  await bob.until(() => told('offline').length > 0);
  assert.deepEqual([told('online').length, told('offline').length], [1, 1]);
  assert.equal(told('offline')[0].count, 2);
});

test('a request to be let in, made at A, is heard by who decides at B; his approval comes back to A', async () => {
  const ada = await new Client(b, 'ask-ada', all).connect();
  const bob = await new Client(a, 'ask-bob', all).connect();
  const { group: { id: group } } = await ada.rpc('group.create', { name: 'Ask', join_mode: 'approval', nonce: nonce() });
  const staff = `staff:group:${group}`;
  await ada.until(() => ada.events.some((e) => e.kind === 'subscribed' && e.channel === staff));
  const { request } = await bob.rpc('group.join', { group, nonce: nonce() });
  await ada.until(() => types(ada, staff).includes('join.requested'));
  await ada.rpc('group.approve', { group, request: request.id, nonce: nonce() });
  await bob.until(() => types(bob, 'user:ask-bob').includes('room.added'));
  assert.deepEqual(types(bob, 'user:ask-bob'), ['join.pending', 'join.approved', 'group.added', 'room.added']);
  await bob.until(() => bob.events.some((e) => e.kind === 'subscribed' && e.channel === `room:${group}`));
  await bob.send(group, 'thank you');
  await ada.until(() => types(ada, `room:${group}`).includes('message.created'));

  const cid = await new Client(a, 'ask-cid', all).connect();
  const second = await cid.rpc('group.join', { group, nonce: nonce() });
  await ada.rpc('group.reject', { group, request: second.request.id, reason: 'No', nonce: nonce() });
  await cid.until(() => types(cid, 'user:ask-cid').includes('join.rejected'));
});

test('the keys in Redis have the asked-for names, types and contents, whichever node a user is at', async () => {
  const { ann, room } = await apart('keys');
  const { group: { id: group } } = await ann.rpc('group.create', { name: 'Keys', nonce: nonce() });
  await b.rest('POST', `/groups/${group}/join`, { user: 'keys-bob', body: {} });
  for (const place of [`room:${room}`, `group:${group}`]) {
    await eventually(() => members(`${place}:online`), (users) => users.length === 2);
    assert.deepEqual(await members(`${place}:online`), ['keys-ann', 'keys-bob']);
    assert.equal(await redis.ask('TYPE', `${place}:online`), 'set');
    await ann.rpc('chat.typing', place.startsWith('room') ? { room, on: true } : { group, on: true });
  }
  assert.equal(await redis.ask('TYPE', 'users:online'), 'set');
  assert.deepEqual((await members('users:online')).filter((user) => user.startsWith('keys-')), ['keys-ann', 'keys-bob']);
  await eventually(() => redis.ask('HGETALL', `room:${room}:typing`), (typing) => typing.length === 2);
  const [typist, deadline] = await redis.ask('HGETALL', `room:${room}:typing`);
  const now = Number((await redis.ask('TIME'))[0]) * 1000;
  assert.equal(await redis.ask('TYPE', `room:${room}:typing`), 'hash');
  assert.equal(typist, 'keys-ann');
  assert.ok(Number(deadline) > now && Number(deadline) < now + 60_000, `${deadline} is a moment soon after ${now}`);
  const nodes = await redis.ask('ZRANGE', 'kith:nodes', '0', '-1');
  assert.equal(nodes.length, 2);
  const held = await Promise.all(nodes.map((node) => members(`kith:n:${node}`)));
  assert.ok(held.some((users) => users.includes('keys-ann') && !users.includes('keys-bob')));
  assert.ok(held.some((users) => users.includes('keys-bob') && !users.includes('keys-ann')));
});

test('setRoomOnlineTTL and setGroupOnlineTTL at one node show in Redis, and hold when the other keeps the set up', async () => {
  const { ann, bob, room } = await apart('ttl');
  const { group: { id: group } } = await ann.rpc('group.create', { name: 'TTL', nonce: nonce() });
  for (const [path, key] of [[`/rooms/${room}`, `room:${room}:online`], [`/groups/${group}`, `group:${group}:online`]]) {
    await eventually(() => members(key), (users) => users.includes('ttl-ann'));
    const set = await asBackEnd(a, 'PUT', `${path}/presence/ttl`, { seconds: 600 });
    assert.equal(set.status, 200, JSON.stringify(set.body));
    const ttl = await redis.ask('TTL', key);
    assert.ok(ttl > 500 && ttl <= 600, `${key} lives ${ttl} s`);
  }
  bob.disconnect();
  await eventually(() => members(`room:${room}:online`), (users) => users.length === 1);
  await new Client(b, 'ttl-bob').connect();
  await eventually(() => members(`room:${room}:online`), (users) => users.length === 2);
  assert.ok((await redis.ask('TTL', `room:${room}:online`)) <= 600);
});

test('cleanupStaleConnectionsInRoom and InGroup take out the ghosts, count them, and leave who is online', async () => {
  const { ann, room } = await apart('ghost');
  const { group: { id: group } } = await ann.rpc('group.create', { name: 'Ghost', nonce: nonce() });
  await b.rest('POST', `/groups/${group}/join`, { user: 'ghost-bob', body: {} });
  for (const [path, key] of [[`/rooms/${room}`, `room:${room}:online`], [`/groups/${group}`, `group:${group}:online`]]) {
    await eventually(() => members(key), (users) => users.length === 2);
    await redis.ask('SADD', key, 'nobody-1', 'nobody-2');
    assert.deepEqual((await asBackEnd(a, 'POST', `${path}/presence/cleanup`)).body, { removed: 2 });
    assert.deepEqual((await asBackEnd(b, 'POST', `${path}/presence/cleanup`)).body, { removed: 0 });
    assert.deepEqual(await members(key), ['ghost-ann', 'ghost-bob']);
  }
});

test('50 parallel retries of one nonce over both nodes make one message, with one answer', async () => {
  const { ann, bob, room, channel } = await apart('once');
  const others = await Promise.all([a, b].map((node) => new Client(node, 'once-ann').connect()));
  const key = nonce();
  const answers = await Promise.all(Array.from({ length: 50 }, async (_, i) => {
    if (i % 2 === 0) return others[(i / 2) % 2].rpc('chat.send', { room, text: 'only once', nonce: key });
    const node = cluster.nodes[((i - 1) / 2) % 2];
    return (await node.rest('POST', `/rooms/${room}/messages`, { user: 'once-ann', body: { text: 'only once' }, headers: { 'Idempotency-Key': key } })).body;
  }));
  assert.equal(new Set(answers.map(({ seq, offset, epoch, at }) => JSON.stringify([seq, offset, epoch, at]))).size, 1);
  assert.equal(answers.filter((answer) => answer.duplicate !== true).length, 1);
  await ann.send(room, 'last');
  await bob.until(() => bob.entries(channel).at(-1)?.message?.text === 'last');
  assert.deepEqual(bob.entries(channel).filter((entry) => entry.message).map((entry) => entry.message.text), ['only once', 'last']);
});

test('a kick through A reaches who is connected to B before any later entry of the room, whoever writes it where', async () => {
  for (let i = 0; i < 5; i += 1) {
    const { ann, bob, room, channel } = await apart(`kick${i}`);
    const cid = await new Client(b, `kick${i}-cid`).connect();
    await cid.rpc('room.join', { room });
    const talk = Array.from({ length: 10 }, (_, n) => [ann.send(room, `of A ${n}`), cid.send(room, `of B ${n}`)]).flat();
    const { offset: removal } = await ann.rpc('room.kick', { room, user: `kick${i}-bob`, nonce: nonce() });
    await cid.send(room, 'well after');
    await Promise.all(talk);
    await bob.until(() => bob.events.some((e) => e.kind === 'unsubscribed' && e.channel === channel));
    await bob.rpc('room.list');  // behind all that he was sent
    assert.ok(bob.entries(channel).every((entry) => entry.offset < removal), `removed at ${removal}: ${JSON.stringify(bob.entries(channel).at(-1))}`);
    assert.deepEqual(await bob.refused('chat.send', { room, text: 'x' }), { code: 1001, message: 'not_member' });
  }
});

/** Somebody with an account and its cookie, connected to both nodes. */
async function signedIn(handle) {
  const home = { Origin: a.url };
  const made = await a.rest('POST', '/register', { body: { handle, display_name: handle, password: 'correct horse battery' }, headers: home });
  assert.equal(made.status, 201, JSON.stringify(made.body));
  const headers = { ...home, Cookie: made.headers.get('set-cookie').split(';')[0] };
  const connections = await Promise.all(cluster.nodes.map(async (node) => {
    const raw = await Raw.open(node);
    await raw.ask({ connect: { token: made.body.connection_token, data: { kith: { subscriptions: 'none' } } } });
    return raw;
  }));
  return { logout: () => a.rest('POST', '/logout', { headers }), connections };
}

test('a log-out at A closes his connections at every node', async () => {
  const { logout, connections } = await signedIn('leaver');
  assert.equal((await logout()).status, 200);
  for (const raw of connections) assert.deepEqual(await raw.closed, { code: 3014, reason: 'state invalidated' });
});

// Redis goes: last, so that nothing is left to mend.
test('a publication that fails is answered as success: counted each, logged once; the other node reads it from the store', async () => {
  const { ann, bob, room, channel } = await apart('gone');
  const { logout, connections } = await signedIn('leaver2');
  await redis.kill();
  for (const node of [a, b]) await eventually(() => degraded(node), (what) => what.includes('broker away'));
  const dropped = await metric(a, 'kith_broker_not_published_total');
  for (let i = 0; i < 100; i += 1) assert.ok((await ann.send(room, `without Redis ${i}`)).offset > 0);
  assert.ok((await metric(a, 'kith_broker_not_published_total')) >= dropped + 100);
  assert.equal(a.errors.split('\n').filter((line) => line.includes('broker_lost')).length, 1);
  await bob.until(() => bob.entries(channel).filter((entry) => entry.message).length === 100);
  assert.equal((await logout()).status, 200);
  for (const raw of connections) assert.deepEqual(await raw.closed, { code: 3014, reason: 'state invalidated' });
  await redis.start();
  for (const node of [a, b]) await eventually(() => degraded(node), (what) => what.length === 0);
  await ann.send(room, 'as before');
  await bob.until(() => bob.entries(channel).at(-1).message?.text === 'as before');
});
