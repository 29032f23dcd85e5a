// Who types and who is online: signals without an offset that come, end, and leave nothing behind.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Client } from './lib/client.mjs';
import { Raw } from './lib/raw.mjs';
import { Server, kNodes, token } from './lib/server.mjs';
import { eventually, metric } from './lib/states.mjs';
import { mustNotSubscribe } from './lib/watch.mjs';

let server;
before(async () => { server = await new Server({ flags: ['--presence.grace=400'] }).start(); });
after(() => server.stop());

/** Ann owns a room and watches its channel; Bob is in it and connected. */
async function pair(name) {
  const ann = await new Client(server, `${name}-ann`).connect();
  const bob = await new Client(server, `${name}-bob`).connect();
  const { room } = await ann.rpc('room.create', { name });
  await bob.rpc('room.join', { room: room.id });
  const channel = `room:${room.id}`;
  const subscription = await ann.subscribe(channel);
  const typists = () => ann.log.filter((s) => s.type === 'typing').at(-1)?.users.map((user) => user.id);
  return { ann, bob, room: room.id, channel, subscription, typists };
}

const presenceOf = (client, user) => client.log.filter((s) => s.type === 'presence')
  .flatMap((s) => [...s.online.filter((id) => id === user).map(() => 'online'), ...s.offline.filter((id) => id === user).map(() => 'offline')]);
const onlineIn = async (room, user) => (await server.rest('GET', `/rooms/${room}/presence`, { user })).body.users.map((one) => one.id).sort();

test('typing appears with a name and a life of at most 5 s, has no offset and moves no position', async () => {
  const { ann, bob, channel, room, subscription } = await pair('appears');
  await ann.send(room, 'here');
  await ann.until(() => ann.entries(channel).length === 1);
  const before = JSON.stringify([subscription._offset, subscription._epoch]);
  await bob.rpc('chat.typing', { room, on: true });
  await ann.until(() => ann.log.some((s) => s.type === 'typing'));
  const signal = ann.log.find((s) => s.type === 'typing');
  assert.deepEqual(signal.users, [{ id: 'appears-bob', name: 'appears-bob' }]);
  assert.ok(signal.ttl_ms > 0 && signal.ttl_ms <= 5000);
  assert.equal(signal.more, 0);
  assert.ok(!('offset' in signal));
  assert.equal(signal.pubOffset, undefined);
  assert.equal(JSON.stringify([subscription._offset, subscription._epoch]), before);
  assert.ok(!JSON.stringify(await ann.centrifuge.history(channel, { limit: 100 })).includes('"typing"'));
});

test('broadcastTyping, publishTypingIndicator: all who watch see who types, by RPC and REST, in lists that replace each other; a stranger none', async () => {
  const { ann, bob, room, channel, typists } = await pair('broadcast');
  const everywhere = await new Client(server, 'broadcast-ann', { mode: 'all' }).connect();
  const eve = await new Client(server, 'broadcast-eve', { mode: 'all' }).connect();
  await mustNotSubscribe(eve, channel);
  await bob.rpc('chat.typing', { room, on: true });
  await ann.until(() => typists()?.length === 1);
  const over = (user, on) => server.rest('POST', `/rooms/${room}/typing`, { user, body: { on } });
  assert.equal((await over(ann.user, true)).status, 200);
  await ann.until(() => typists().length === 2);
  await bob.rpc('chat.typing', { room, on: false });
  await over(ann.user, false);
  const lists = (client) => client.log.filter((s) => s.type === 'typing' && s.channel === channel).map((s) => s.users.map((user) => user.id).join());
  for (const client of [ann, everywhere]) {
    await client.until(() => lists(client).at(-1) === '');
    assert.deepEqual(lists(client).slice(0, 2), [bob.user, `${ann.user},${bob.user}`]);
  }
  assert.deepEqual(await eve.refused('chat.typing', { room, on: true }), { code: 1001, message: 'not_member' });
  assert.equal((await over(eve.user, true)).body.code, 'not_member');
  assert.deepEqual(eve.log, []);
});

test('typing ends at once by off, by a disconnect and by a kick, and by itself when nothing more comes', async () => {
  for (const end of ['off', 'disconnect', 'cut', 'kick', 'deadline']) {
    const { ann, bob, room, typists } = await pair(`ends-${end}`);
    await bob.rpc('chat.typing', { room, on: true });
    await ann.until(() => typists()?.length === 1, `${end}: typing appears`);
    if (end === 'off') await bob.rpc('chat.typing', { room, on: false });
    if (end === 'disconnect') bob.disconnect();
    if (end === 'cut') bob.centrifuge._transport._transport.terminate();
    if (end === 'kick') await ann.rpc('room.kick', { room, user: bob.user });
    await ann.until(() => typists()?.length === 0, `${end}: typing ends`);
  }
});

test('a tab that closes ends nothing of what is typed in another', async () => {
  const { ann, room, typists } = await pair('tabs');
  const [first, second] = [await Raw.connected(server, 'tabs-bob'), await Raw.connected(server, 'tabs-bob')];
  await second.rpc('chat.typing', { room, on: true });
  await ann.until(() => typists()?.length === 1);
  await first.close();
  await ann.rpc('chat.typing', { room, on: true });  // makes the next list
  await ann.until(() => typists()?.includes('tabs-ann'));
  assert.deepEqual(typists(), ['tabs-ann', 'tabs-bob']);
  await second.close();
  await ann.until(() => typists()?.length === 1);
});

test('K6: no typing line is left after a message of the typist, who is on no later list', async () => {
  const { ann, bob, room, channel, typists } = await pair('k6-send');
  await bob.rpc('chat.typing', { room, on: true });
  await ann.until(() => typists()?.length === 1);
  await bob.send(room, 'done');
  await ann.until(() => ann.entries(channel).length === 1);
  await ann.rpc('chat.typing', { room, on: true });  // makes the next list
  await ann.until(() => typists()?.includes('k6-send-ann'));
  assert.deepEqual(typists(), ['k6-send-ann']);
});

test('K6: a watcher who comes back, or comes to a restarted server, is told of nobody who stopped meanwhile', async () => {
  const own = await new Server().start();
  try {
    const ann = await new Client(own, 'k6-ann').connect();
    const bob = await new Client(own, 'k6-bob').connect();
    const { room: { id: room } } = await ann.rpc('room.create', { name: 'K6' });
    const channel = `room:${room}`;
    await bob.rpc('room.join', { room });
    const watching = await ann.subscribe(channel);
    await bob.rpc('chat.typing', { room, on: true });
    await ann.until(() => ann.log.some((s) => s.type === 'typing'));
    watching.unsubscribe();
    await bob.rpc('chat.typing', { room, on: false });
    const seen = ann.log.length;
    watching.subscribe();
    await ann.until(() => ann.events.filter((e) => e.kind === 'subscribed' && e.channel === channel).length === 2);
    await bob.rpc('chat.typing', { room, on: true });
    await own.kill();
    await own.start();
    await ann.until(() => ann.events.filter((e) => e.kind === 'subscribed' && e.channel === channel).length === 3);
    const restarted = ann.log.length;
    await ann.send(room, 'after');
    await ann.until(() => ann.entries(channel).length === 1);
    assert.ok(!ann.log.slice(restarted).some((s) => s.type === 'typing'));
    assert.ok(!ann.log.slice(seen, restarted).some((s) => s.type === 'typing' && s.users.length > 1));
  } finally {
    await own.stop();
  }
});

test('who may not post may not type, and the repeat within two seconds makes no second signal', async () => {
  const { ann, bob, room, typists } = await pair('repeat');
  const eve = await new Client(server, 'repeat-eve').connect();
  assert.equal((await eve.refused('chat.typing', { room, on: true })).code, 1001);
  assert.equal((await bob.refused('chat.typing', { room, on: 'yes' })).message, 'bad_request:on');
  for (let i = 0; i < 20; i += 1) assert.deepEqual(await bob.rpc('chat.typing', { room, on: true }), {});
  await ann.until(() => typists()?.length === 1);
  await bob.rpc('chat.typing', { room, on: false });
  await ann.until(() => typists()?.length === 0);
  assert.equal(ann.log.filter((s) => s.type === 'typing').length, 2);
});

test('coming and going is gathered into one signal each, with the count, and without an offset', async () => {
  const { ann, bob, room } = await pair('gather');
  const others = await Promise.all(['x', 'y', 'z'].map((name) => new Client(server, `gather-${name}`).connect()));
  await Promise.all(others.map((client) => client.rpc('room.join', { room })));
  await ann.until(() => ['x', 'y', 'z'].every((name) => presenceOf(ann, `gather-${name}`).includes('online')));
  const last = ann.log.filter((s) => s.type === 'presence').at(-1);
  assert.equal(last.count, 5);
  assert.equal(last.pubOffset, undefined);
  assert.deepEqual(await onlineIn(room, bob.user), ['gather-ann', 'gather-bob', 'gather-x', 'gather-y', 'gather-z']);
  for (const client of others) client.disconnect();
  await ann.until(() => ann.log.some((s) => s.type === 'presence' && s.count === 2));
  assert.deepEqual(presenceOf(ann, 'gather-x'), ['online', 'offline']);
});

test('a second tab, closing one of two and a reload within the grace send nothing', async () => {
  const own = await new Server({ flags: ['--presence.grace=60000'] }).start();
  try {
    const ann = await new Client(own, 'ann').connect();
    const { room: { id: room } } = await ann.rpc('room.create', { name: 'Tabs' });
    await ann.subscribe(`room:${room}`);
    const first = await Raw.connected(own, 'bob');
    await first.rpc('room.join', { room });
    await ann.until(() => presenceOf(ann, 'bob').length === 1);
    const second = await Raw.connected(own, 'bob');
    // The other node holds him once it has read his places, a moment after the connect was answered.
    if (kNodes > 1) await eventually(() => own.redis.ask('HGET', 'kith:u:bob', 'c'), (nodes) => nodes === '2');
    await first.close();
    await second.drop();  // a reload: gone without a word, back at once
    await Raw.connected(own, 'bob');
    const cid = await Raw.connected(own, 'cid');  // the signal that comes next carries everything due
    await cid.rpc('room.join', { room });
    await ann.until(() => presenceOf(ann, 'cid').length === 1);
    assert.deepEqual(presenceOf(ann, 'bob'), ['online']);
    assert.equal((await ann.rpc('presence.count', { room })).count, 3);
  } finally {
    await own.stop();
  }
});

test('a clean close is offline at once, a cut after the grace', async () => {
  const own = await new Server({ flags: ['--presence.grace=60000'] }).start();
  try {
    const ann = await new Client(own, 'ann').connect();
    const { room: { id: room } } = await ann.rpc('room.create', { name: 'Close' });
    await ann.subscribe(`room:${room}`);
    const bob = await Raw.connected(own, 'bob');
    await bob.rpc('room.join', { room });
    await ann.until(() => presenceOf(ann, 'bob').length === 1);
    await bob.close();
    await ann.until(() => presenceOf(ann, 'bob').at(-1) === 'offline');
  } finally {
    await own.stop();
  }
  const { ann, bob, room } = await pair('grace');
  await ann.until(() => presenceOf(ann, bob.user).length === 1);
  bob.centrifuge._transport._transport.terminate();
  bob.disconnect();
  await ann.until(() => presenceOf(ann, bob.user).at(-1) === 'offline');
  assert.deepEqual(await onlineIn(room, ann.user), [ann.user]);
});

test('who leaves a room is online there no more, though he still is elsewhere', async () => {
  const { ann, bob, room } = await pair('leave');
  await ann.until(() => presenceOf(ann, bob.user).length === 1);
  await bob.rpc('room.leave', { room });
  await eventually(() => onlineIn(room, ann.user), (users) => users.length === 1);
  assert.ok((await bob.rpc('room.list')).rooms.length > 0);
});

test('K4: thirty quick reloads leave no connection and no ghost behind, and are one signal each way at most', async () => {
  const { ann, bob, room } = await pair('k4');
  await ann.until(() => presenceOf(ann, bob.user).length === 1);
  bob.disconnect();
  await ann.until(() => presenceOf(ann, bob.user).at(-1) === 'offline');
  const before = await metric(server, 'kith_connections');
  for (let i = 0; i < 30; i += 1) {
    const tab = await Raw.open(server);
    tab.send({ id: 1, connect: { token: token(bob.user), data: { kith: { subscriptions: 'all' } } } });
    if (i % 2 === 0) await tab.reply(1);  // else it is gone before the reply
    if (i % 4 < 2) await tab.drop();
    else await tab.close();
  }
  await eventually(() => metric(server, 'kith_connections'), (count) => count === before);
  await eventually(() => onlineIn(room, ann.user), (users) => users.length === 1);
  const cid = await new Client(server, 'k4-cid').connect();  // the next signal carries everything due
  await cid.rpc('room.join', { room });
  await ann.until(() => presenceOf(ann, 'k4-cid').length === 1);
  const signals = presenceOf(ann, bob.user).slice(2);
  assert.ok(signals.length === 0 || (signals.length === 2 && signals[1] === 'offline'), JSON.stringify(signals));
});
