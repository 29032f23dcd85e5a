// Rooms: who may come in, who sees what and in which order, and what a stranger learns: nothing.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Client } from './lib/client.mjs';
import { Raw } from './lib/raw.mjs';
import { Server, nonce } from './lib/server.mjs';
import { bothHear, watchers } from './lib/watch.mjs';

let server;
before(async () => { server = await new Server().start(); });
after(() => server.stop());

/** A room of `owner`, made over REST; its id. */
async function madeBy(owner, name = 'Garden') {
  const made = await server.rest('POST', '/rooms', { user: owner, body: { name } });
  assert.equal(made.status, 201);
  return made.body.room.id;
}

const joins = (user, room) => server.rest('POST', `/rooms/${room}/join`, { user, body: {} });

test('a room made over RPC is shown over REST, and the other way round', async () => {
  const ann = await new Client(server, 'rooms-ann').connect();
  const made = await ann.rpc('room.create', { name: 'Kitchen', topic: 'food', nonce: nonce() });
  assert.equal(made.room.name, 'Kitchen');
  assert.equal(made.role, 'owner');
  assert.equal(made.offset, 1);

  const shown = await server.rest('GET', `/rooms/${made.room.id}`, { user: 'rooms-ann' });
  assert.equal(shown.status, 200);
  assert.deepEqual(shown.body.room, made.room);

  const garden = await madeBy('rooms-ann');
  assert.equal((await ann.rpc('room.get', { room: garden })).room.name, 'Garden');
  ann.disconnect();
});

test('the list shows every room once, page by page, and on demand only the joined ones', async () => {
  const made = [];
  for (const name of ['One', 'Two', 'Three', 'Four', 'Five']) made.push(await madeBy('list-ann', name));
  const eve = await new Client(server, 'list-eve').connect();
  await eve.rpc('room.join', { room: made[2] });

  const seen = [];
  for (let cursor; ;) {
    const page = await eve.rpc('room.list', { limit: 2, ...(cursor === undefined ? {} : { cursor }) });
    assert.ok(page.rooms.length <= 2);
    seen.push(...page.rooms);
    cursor = page.next;
    if (cursor === undefined) break;
  }
  const ids = seen.map((room) => room.id);
  assert.equal(new Set(ids).size, ids.length);
  for (const id of made) assert.ok(ids.includes(id));
  assert.deepEqual(seen.filter((room) => room.joined).map((room) => room.id), [made[2]]);

  const joined = await server.rest('GET', '/rooms?joined=true', { user: 'list-eve' });
  assert.deepEqual(joined.body.rooms.map((room) => [room.id, room.role]), [[made[2], 'member']]);
  eve.disconnect();
});

test('in mode all a room that is joined begins by itself, right below the own member.joined', async () => {
  const room = await madeBy('all-ann');
  await server.rest('POST', `/rooms/${room}/messages`, { user: 'all-ann', body: { text: 'before' } });
  const bob = await Raw.connected(server, 'all-bob', { data: { kith: { subscriptions: 'all' } } });
  const joined = await bob.rpc('room.join', { room });
  const channel = `room:${room}`;
  await bob.until(() => bob.publications(channel).length > 0);

  const began = bob.messages.find((message) => message.push?.channel === channel && message.push.subscribe).push.subscribe;
  assert.equal(began.offset, joined.rpc.data.offset - 1);
  assert.equal(began.epoch, joined.rpc.data.epoch);
  assert.equal(began.recoverable, true);
  assert.equal(began.positioned, true);
  const [own] = bob.publications(channel);
  assert.equal(own.data.type, 'member.joined');
  assert.equal(own.data.users[0].id, 'all-bob');
  assert.equal(own.data.count, 2);
  assert.equal(own.offset, joined.rpc.data.offset);
  await bob.close();
});

test('both kinds of client see join, message, leave and kick in the same order with the same offsets', async () => {
  const room = await madeBy('order-ann');
  const channel = `room:${room}`;
  await joins('order-bob', room);
  const everywhere = await new Client(server, 'order-ann', { mode: 'all' }).connect();
  const textbook = await new Client(server, 'order-bob').connect();
  await textbook.subscribe(channel);

  await joins('order-cid', room);
  const cid = await new Client(server, 'order-cid').connect();
  await cid.send(room, 'hello');
  await cid.rpc('room.leave', { room, nonce: nonce() });
  await cid.rpc('room.join', { room });
  await everywhere.rpc('room.kick', { room, user: 'order-cid', reason: 'noise', nonce: nonce() });
  await everywhere.send(room, 'quiet again');

  const last = (client) => client.entries(channel).at(-1)?.message?.text === 'quiet again';
  await everywhere.until(() => last(everywhere));
  await textbook.until(() => last(textbook));
  const shape = (entry) => [entry.offset, entry.type, entry.cause ?? entry.message?.text ?? entry.users[0].id];
  const expected = [
    [3, 'member.joined', 'order-cid'], [4, 'message.created', 'hello'], [5, 'member.left', 'left'],
    [6, 'member.joined', 'order-cid'], [7, 'member.left', 'kicked'], [8, 'message.created', 'quiet again'],
  ];
  assert.deepEqual(everywhere.entries(channel).map(shape), expected);
  assert.deepEqual(textbook.entries(channel).map(shape), expected);
  assert.equal(textbook.entries(channel).find((entry) => entry.cause === 'kicked').reason, undefined);
  for (const client of [everywhere, textbook, cid]) client.disconnect();
});

/** A room that NAME-ann and NAME-bob watch; NAME-eve is a stranger to it. */
async function watched(name) {
  const [ann, bob, eve] = ['ann', 'bob', 'eve'].map((who) => `${name}-${who}`);
  const room = await madeBy(ann);
  await joins(bob, room);
  return { room, ann, bob, all: await watchers(server, room, [ann, bob, eve]) };
}
// Who comes is told with name and role, who goes by id.
const about = (client, channel) => client.entries(channel).slice(-2).map(({ users: [who], count, cause }) => [who.id ?? who, count, cause]);

test('joinRoom, broadcastUserJoined, publishUserJoined: who is in hears who comes, with the count; a stranger does not', async () => {
  const { room, all } = await watched('coming');
  const cid = await new Client(server, 'coming-cid').connect();
  await cid.rpc('room.join', { room, nonce: nonce() });
  await joins('coming-dan', room);
  await bothHear(all, [[3, 'member.joined', 'coming-cid'], [4, 'member.joined', 'coming-dan']]);
  for (const client of [all.textbook, all.everywhere]) assert.deepEqual(about(client, all.channel), [['coming-cid', 3, undefined], ['coming-dan', 4, undefined]]);
  assert.deepEqual(await all.stranger.refused('room.members', { room }), { code: 1001, message: 'not_member' });
});

test('leaveRoom, broadcastUserLeft, publishUserLeft: who is in hears who goes, with the count; a stranger does not', async () => {
  const { room, all } = await watched('going');
  const cid = await new Client(server, 'going-cid').connect();
  for (const user of ['going-cid', 'going-dan']) await joins(user, room);
  const own = await cid.subscribe(all.channel);
  await cid.rpc('room.leave', { room, nonce: nonce() });
  await server.rest('POST', `/rooms/${room}/leave`, { user: 'going-dan', body: {} });
  await bothHear(all, [[5, 'member.left', 'going-cid'], [6, 'member.left', 'going-dan']]);
  for (const client of [all.textbook, all.everywhere]) assert.deepEqual(about(client, all.channel), [['going-cid', 3, 'left'], ['going-dan', 2, 'left']]);
  await cid.until(() => own.state === 'unsubscribed');
  assert.deepEqual(cid.entries(all.channel), []);
  assert.deepEqual(await all.stranger.refused('room.leave', { room }), { code: 1001, message: 'not_member' });
});

test('kickMember: who is in hears who was put out and by whom; he hears nothing more, a stranger nothing', async () => {
  const { room, ann, all } = await watched('kicking');
  const cid = await new Client(server, 'kicking-cid').connect();
  for (const user of ['kicking-cid', 'kicking-dan']) await joins(user, room);
  const own = await cid.subscribe(all.channel);
  const path = (user) => `/rooms/${room}/members/kicking-${user}/kick`;
  assert.deepEqual(await all.stranger.refused('room.kick', { room, user: 'kicking-cid' }), { code: 1001, message: 'not_member' });
  assert.equal((await server.rest('POST', path('cid'), { user: 'kicking-bob', body: {} })).body.code, 'permission_denied');
  await all.textbook.rpc('room.kick', { room, user: 'kicking-cid', nonce: nonce() });
  assert.equal((await server.rest('POST', path('dan'), { user: ann, body: {} })).status, 200);
  await bothHear(all, [[5, 'member.left', ann], [6, 'member.left', ann]]);
  for (const client of [all.textbook, all.everywhere]) assert.deepEqual(about(client, all.channel), [['kicking-cid', 3, 'kicked'], ['kicking-dan', 2, 'kicked']]);
  await cid.until(() => own.state === 'unsubscribed');
  assert.deepEqual(cid.entries(all.channel), []);
  assert.deepEqual(await cid.refused('chat.history', { room }), { code: 1001, message: 'not_member' });
});

test('who leaves or is kicked is told 2000 on both kinds of subscription, before any later entry', async () => {
  for (const way of ['leave', 'kick']) {
    const owner = `out-ann-${way}`;
    const user = `out-bob-${way}`;
    const room = await madeBy(owner);
    const channel = `room:${room}`;
    await joins(user, room);
    const everywhere = await Raw.connected(server, user, { data: { kith: { subscriptions: 'all' } } });
    const textbook = await Raw.connected(server, user);
    assert.ok(everywhere.hello.connect.subs[channel]);
    await textbook.ask({ subscribe: { channel } });

    if (way === 'leave') await textbook.rpc('room.leave', { room });
    else await server.rest('POST', `/rooms/${room}/members/${user}/kick`, { user: owner, body: {} });
    await server.rest('POST', `/rooms/${room}/messages`, { user: owner, body: { text: 'after' } });

    for (const client of [everywhere, textbook]) {
      await client.until(() => client.messages.some((message) => message.push?.unsubscribe));
      await client.rpc('room.list');  // whatever was on its way has come now
      const mine = client.messages.filter((message) => message.push?.channel === channel);
      assert.equal(mine.at(-1).push.unsubscribe?.code, 2000);
      assert.ok(!mine.some((message) => message.push.pub?.data.message?.text === 'after'));
      await client.close();
    }
  }
});

test('the owner cannot leave, nor be put out, and only the owner puts others out', async () => {
  const room = await madeBy('own-ann');
  await joins('own-bob', room);
  await joins('own-cid', room);
  const ann = await new Client(server, 'own-ann').connect();
  const bob = await new Client(server, 'own-bob').connect();
  assert.deepEqual(await ann.refused('room.leave', { room }), { code: 1014, message: 'last_owner' });
  assert.deepEqual(await ann.refused('room.kick', { room, user: 'own-ann' }), { code: 1013, message: 'higher_role' });
  assert.deepEqual(await bob.refused('room.kick', { room, user: 'own-cid' }), { code: 103, message: 'permission_denied' });
  assert.deepEqual(await ann.refused('room.kick', { room, user: 'own-nobody' }), { code: 1000, message: 'not_found' });
  const leave = await server.rest('POST', `/rooms/${room}/leave`, { user: 'own-ann' });
  assert.deepEqual([leave.status, leave.body.code], [409, 'last_owner']);
  ann.disconnect();
  bob.disconnect();
});

test('joining and leaving twice changes nothing the second time, and says so', async () => {
  const room = await madeBy('twice-ann');
  const bob = await new Client(server, 'twice-bob').connect();
  const first = await bob.rpc('room.join', { room, nonce: nonce() });
  const second = await bob.rpc('room.join', { room, nonce: nonce() });
  assert.equal(first.changed, undefined);
  assert.equal(second.changed, false);
  assert.equal(second.offset, undefined);
  assert.equal(second.room.members, 2);
  await bob.rpc('room.leave', { room, nonce: nonce() });
  assert.equal((await bob.rpc('room.leave', { room, nonce: nonce() })).changed, false);
  bob.disconnect();
});

test('a stranger learns nothing of a room on its channel, in the same bytes as of one that never was', async () => {
  const room = await madeBy('hide-ann');
  const eve = await Raw.connected(server, 'hide-eve');
  for (const command of ['subscribe', 'history', 'presence', 'presence_stats', 'publish']) {
    const answers = [];
    for (const name of [`room:${room}`, 'room:neverwas', 'user:hide-ann', 'group:neverwas']) {
      const { id, ...answer } = await eve.ask({ [command]: { channel: name, ...(command === 'publish' ? { data: {} } : {}) } });
      answers.push(JSON.stringify(answer));
    }
    assert.equal(answers[0], '{"error":{"code":103,"message":"permission_denied"}}', command);
    assert.equal(answers[1], answers[0], command);
  }
  await eve.close();
});

test('a stranger may neither read nor write a room over RPC or REST', async () => {
  const room = await madeBy('shut-ann');
  await server.rest('POST', `/rooms/${room}/messages`, { user: 'shut-ann', body: { text: 'inside' } });
  const eve = await new Client(server, 'shut-eve').connect();
  const operations = [
    ['chat.send', { text: 'x' }], ['chat.edit', { seq: 2, text: 'x' }], ['chat.delete', { seq: 2 }], ['chat.history', {}],
    ['chat.get', { seq: 2 }], ['chat.edits', { seq: 2 }], ['chat.typing', { on: true }], ['room.members', {}], ['room.leave', {}],
    ['room.kick', { user: 'shut-ann' }], ['presence.room', {}], ['presence.count', {}],
  ];
  for (const [method, fields] of operations) {
    assert.deepEqual(await eve.refused(method, { room, ...fields }), { code: 1001, message: 'not_member' }, method);
    assert.deepEqual(await eve.refused(method, { room: 'neverwas', ...fields }), { code: 1000, message: 'not_found' }, method);
  }
  for (const path of ['messages', 'members', 'presence', 'presence/count', 'messages/2', 'messages/2/edits']) {
    const refused = await server.rest('GET', `/rooms/${room}/${path}`, { user: 'shut-eve' });
    assert.deepEqual([refused.status, refused.body.code], [403, 'not_member'], path);
    assert.ok(!JSON.stringify(refused.body).includes('inside'));
    const unknown = await server.rest('GET', `/rooms/neverwas/${path}`, { user: 'shut-eve' });
    assert.deepEqual([unknown.status, unknown.body.code], [404, 'not_found'], path);
  }
  eve.disconnect();
});

test('who left reads nothing any more, not even what he saw before', async () => {
  const room = await madeBy('gone-ann');
  const bob = await new Client(server, 'gone-bob').connect();
  await bob.rpc('room.join', { room });
  await bob.send(room, 'mine');
  await bob.rpc('room.leave', { room });
  assert.equal((await bob.refused('chat.history', { room })).code, 1001);
  assert.equal((await bob.refused('room.members', { room })).code, 1001);
  await assert.rejects(bob.centrifuge.history(`room:${room}`, { limit: 10 }), { code: 103 });
  bob.disconnect();
});

test('the members are listed page by page with their roles', async () => {
  const room = await madeBy('page-ann');
  for (const user of ['page-bob', 'page-cid', 'page-dan']) await joins(user, room);
  const seen = [];
  for (let cursor = ''; cursor !== undefined;) {
    const page = await server.rest('GET', `/rooms/${room}/members?limit=3${cursor && `&cursor=${cursor}`}`, { user: 'page-bob' });
    seen.push(...page.body.members.map((member) => [member.id, member.role]));
    cursor = page.body.next;
  }
  assert.deepEqual(seen.sort(), [['page-ann', 'owner'], ['page-bob', 'member'], ['page-cid', 'member'], ['page-dan', 'member']]);
});
