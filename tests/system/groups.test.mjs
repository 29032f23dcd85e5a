// CommunityGroupService, by RPC and REST mixed: what each sees, in which order, and what a stranger sees.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Client } from './lib/client.mjs';
import { Server, kNodes, nonce } from './lib/server.mjs';
import { eventually } from './lib/states.mjs';

let server;
before(async () => { server = await new Server().start(); });
after(() => server.stop());

const all = { mode: 'all' };
const types = (client, channel) => client.entries(channel).map((entry) => entry.type);
const person = async (name) => new Client(server, name, all).connect();

async function founded(owner, fields = {}) {
  const { group } = await owner.rpc('group.create', { name: 'Gardeners', nonce: nonce(), ...fields });
  await owner.until(() => owner.events.some((e) => e.kind === 'subscribed' && e.channel === `staff:group:${group.id}`));
  return group;
}

test('createGroup: a group with its main room, both of them heard at once by who founded it', async () => {
  const ada = await person('ada');
  const made = await ada.rpc('group.create', { name: 'Bird watchers', description: 'Early risers', nonce: 'found-1' });
  const { id } = made.group;
  assert.equal(made.group.slug, 'bird-watchers');
  assert.equal(made.group.role, 'owner');
  assert.equal(made.group.members, 1);
  assert.equal(made.group.main_room, id);
  for (const channel of [`group:${id}`, `room:${id}`, `staff:group:${id}`]) {
    await ada.until(() => ada.events.some((e) => e.kind === 'subscribed' && e.channel === channel), channel);
  }
  await ada.until(() => types(ada, 'user:ada').length === 2);
  assert.deepEqual(types(ada, 'user:ada'), ['group.added', 'room.added']);
  const again = await server.rest('POST', '/groups', {
    user: 'ada', body: { name: 'Bird watchers', description: 'Early risers' }, headers: { 'Idempotency-Key': 'found-1' },
  });
  assert.equal(again.status, 201);
  assert.equal(again.body.duplicate, true);
  assert.equal(again.body.group.id, id);
  const second = await ada.rpc('group.create', { name: 'Bird watchers', nonce: nonce() });
  assert.equal(second.group.slug, 'bird-watchers-2');
  assert.deepEqual(await ada.refused('group.create', { name: 'x', slug: 'bird-watchers' }), { code: 1011, message: 'already:slug' });
  const sent = await ada.send(id, 'hello birds');
  assert.equal((await ada.rpc('chat.history', { room: id })).messages.at(-1).seq, sent.seq);
});

test('joinGroup: in at once where the group is open, and into its default rooms', async () => {
  const [ada, bob] = [await person('ada2'), await person('bob2')];
  const group = await founded(ada);
  const { room } = await ada.rpc('room.create', { name: 'Seeds', group: group.id, nonce: nonce() });
  const { room: other } = await ada.rpc('room.create', { name: 'Tools', group: group.id, nonce: nonce() });
  await ada.rpc('group.update', { group: group.id, default_rooms: [room.id], nonce: nonce() });

  // Before: a stranger sees the group in the list, and no room of it.
  const listed = await server.rest('GET', '/groups?query=garden', { user: 'bob2' });
  assert.ok(listed.body.groups.some((one) => one.id === group.id && !one.joined && one.default_rooms === undefined));
  assert.deepEqual(await bob.refused('room.get', { room: room.id }), { code: 1000, message: 'not_found' });
  assert.deepEqual(await bob.refused('room.join', { room: room.id }), { code: 1000, message: 'not_found' });
  assert.deepEqual(await bob.refused('room.join', { room: group.id }), { code: 1000, message: 'not_found' });
  assert.deepEqual(await bob.refused('room.list', { group: group.id }), { code: 1001, message: 'not_member' });
  assert.deepEqual(await bob.refused('group.members', { group: group.id }), { code: 1001, message: 'not_member' });
  assert.equal((await server.rest('GET', '/rooms', { user: 'bob2' })).body.rooms.some((one) => one.group), false);

  const joined = await bob.rpc('group.join', { group: group.id, nonce: 'in' });
  assert.equal(joined.state, 'member');
  assert.equal(joined.group.members, 2);
  await bob.until(() => bob.entries(`room:${room.id}`).length > 0);
  // Each log comes in its own order, and none waits for another.
  await ada.until(() => types(ada, `group:${group.id}`).length === 5);
  await bob.until(() => types(bob, 'user:bob2').length === 3);
  assert.deepEqual(types(ada, `group:${group.id}`), ['member.joined', 'room.created', 'room.created', 'group.updated', 'member.joined']);
  assert.deepEqual(types(bob, 'user:bob2'), ['group.added', 'room.added', 'room.added']);
  assert.equal((await bob.rpc('group.join', { group: group.id, nonce: 'in' })).duplicate, true);
  assert.equal((await bob.rpc('group.join', { group: group.id, nonce: nonce() })).changed, false);
  const rooms = (await bob.rpc('room.list', { group: group.id })).rooms;
  assert.deepEqual(rooms.map((one) => [one.name, one.joined]).sort(), [['Gardeners', true], ['Seeds', true], ['Tools', false]]);
  await bob.rpc('room.join', { room: other.id, nonce: nonce() });
  await ada.send(other.id, 'a spade');
  await bob.until(() => types(bob, `room:${other.id}`).includes('message.created'));
  assert.deepEqual((await bob.rpc('group.members', { group: group.id })).members.map((m) => [m.id, m.role]), [['ada2', 'owner'], ['bob2', 'member']]);
});

test('requestJoin, approveJoinRequest: the group sees nothing before the approval; everybody is told what concerns him', async () => {
  const [ada, bob, eve] = [await person('ada3'), await person('bob3'), await person('eve3')];
  const group = await founded(ada, { join_mode: 'approval' });
  const asked = await bob.rpc('group.join', { group: group.id, nonce: 'ask' });
  assert.equal(asked.state, 'pending');
  assert.equal((await bob.rpc('group.join', { group: group.id, nonce: 'ask' })).request.id, asked.request.id);
  assert.deepEqual(await bob.refused('group.join', { group: group.id, nonce: nonce() }), { code: 1011, message: 'already' });
  const staff = `staff:group:${group.id}`;
  await ada.until(() => types(ada, staff).includes('join.requested'));
  const requested = ada.entries(staff).at(-1);
  assert.deepEqual(requested.request, { id: asked.request.id, group: group.id, user: 'bob3', name: 'bob3', state: 'pending' });
  assert.deepEqual(types(bob, 'user:bob3'), ['join.pending']);
  assert.ok(!types(ada, `group:${group.id}`).some((type) => type.startsWith('join.')));
  const open = await server.rest('GET', `/groups/${group.id}/requests`, { user: 'ada3' });
  assert.equal(open.body.open, 1);
  assert.equal(open.body.requests[0].name, 'bob3');

  for (const stranger of [bob, eve]) {
    assert.deepEqual(await stranger.refused('group.requests', { group: group.id }), { code: 1001, message: 'not_member' });
    assert.deepEqual(await stranger.refused('group.approve', { group: group.id, request: asked.request.id }), { code: 1001, message: 'not_member' });
  }
  assert.deepEqual(await eve.refused('group.cancel', { group: group.id, request: asked.request.id }), { code: 1000, message: 'not_found' });
  await assert.rejects(eve.subscribe(staff, {}).then((s) => s.ready(1000)));

  const approved = await server.rest('POST', `/groups/${group.id}/requests/${asked.request.id}/approve`, { user: 'ada3', body: {} });
  assert.equal(approved.status, 200);
  assert.equal(approved.body.state, 'approved');
  await bob.until(() => types(bob, 'user:bob3').length === 4);
  assert.deepEqual(types(bob, 'user:bob3'), ['join.pending', 'join.approved', 'group.added', 'room.added']);
  await ada.until(() => ada.entries(`group:${group.id}`).some((entry) => entry.type === 'member.joined' && entry.users[0].id === 'bob3'));
  assert.equal((await ada.rpc('group.approve', { group: group.id, request: asked.request.id, nonce: nonce() })).changed, false);
  assert.deepEqual(await ada.refused('group.reject', { group: group.id, request: asked.request.id }), { code: 1010, message: 'request_not_pending' });
  await bob.send(group.id, 'thank you');
  await ada.until(() => types(ada, `room:${group.id}`).includes('message.created'));
});

test('rejectJoinRequest and cancelJoinRequest: the reason is the applicant\'s, and he may ask again', async () => {
  const [ada, bob] = [await person('ada4'), await person('bob4')];
  const group = await founded(ada, { join_mode: 'approval' });
  const first = await bob.rpc('group.join', { group: group.id, nonce: nonce() });
  await ada.rpc('group.reject', { group: group.id, request: first.request.id, reason: 'Tell us more', nonce: nonce() });
  await bob.until(() => types(bob, 'user:bob4').includes('join.rejected'));
  assert.equal(bob.entries('user:bob4').at(-1).reason, 'Tell us more');
  const second = await bob.rpc('group.join', { group: group.id, nonce: nonce() });
  assert.notEqual(second.request.id, first.request.id);
  const shown = await bob.rpc('group.get', { group: group.id });
  assert.equal(shown.group.request, second.request.id);
  await bob.rpc('group.cancel', { group: group.id, request: second.request.id, nonce: nonce() });
  await ada.until(() => types(ada, `staff:group:${group.id}`).length === 4);
  assert.deepEqual(types(ada, `staff:group:${group.id}`), ['join.requested', 'join.decided', 'join.requested', 'join.closed']);
  assert.deepEqual(await ada.refused('group.approve', { group: group.id, request: second.request.id }), { code: 1010, message: 'request_not_pending' });
  assert.equal((await ada.rpc('group.requests', { group: group.id })).open, 0);
});

test('leaveGroup: rooms first, the group last; nothing of it is heard or read afterwards', async () => {
  const [ada, bob] = [await person('ada5'), await person('bob5')];
  const group = await founded(ada);
  const rooms = [];
  for (const name of ['One', 'Two', 'Three']) rooms.push((await ada.rpc('room.create', { name, group: group.id, nonce: nonce() })).room.id);
  await bob.rpc('group.join', { group: group.id, nonce: nonce() });
  for (const room of rooms) await bob.rpc('room.join', { room, nonce: nonce() });
  assert.deepEqual(await ada.refused('group.leave', { group: group.id }), { code: 1014, message: 'last_owner' });
  assert.equal((await bob.refused('room.leave', { room: group.id })).code, 103);
  const eve = await person('eve5');
  assert.deepEqual(await eve.refused('group.leave', { group: group.id }), { code: 1001, message: 'not_member' });
  const left = (await server.rest('POST', `/groups/${group.id}/leave`, { user: 'bob5', body: {}, headers: { 'Idempotency-Key': 'bye' } })).body;
  assert.ok(left.offset > 0);
  assert.equal((await bob.rpc('group.leave', { group: group.id, nonce: 'bye' })).duplicate, true);
  assert.equal((await bob.rpc('group.leave', { group: group.id, nonce: nonce() })).changed, false);
  for (const channel of [`group:${group.id}`, `room:${group.id}`, ...rooms.map((room) => `room:${room}`)]) {
    await bob.until(() => bob.events.some((e) => e.kind === 'unsubscribed' && e.channel === channel), channel);
    await ada.until(() => types(ada, channel).at(-1) === 'member.left', channel);
  }
  assert.equal(ada.entries(`room:${rooms[0]}`).at(-1).cause, 'group_left');
  assert.equal(ada.entries(`group:${group.id}`).at(-1).cause, 'left');
  assert.equal(types(bob, 'user:bob5').filter((type) => type === 'room.removed').length, 4);
  assert.deepEqual(eve.log, []);
  for (const room of [...rooms, group.id]) {
    assert.deepEqual(await bob.refused('chat.history', { room }), { code: 1000, message: 'not_found' });
    assert.deepEqual(await bob.refused('chat.send', { room, text: 'x' }), { code: 1000, message: 'not_found' });
  }
  await bob.rpc('group.join', { group: group.id, nonce: nonce() });
  assert.equal((await bob.rpc('room.list', { group: group.id, joined: true })).rooms.length, 1);
});

test('K5: who is put out of a group hears nothing later of any of its rooms, by any subscription', async () => {
  const ada = await person('ada6');
  const group = await founded(ada);
  const { room: { id: room } } = await ada.rpc('room.create', { name: 'Shed', group: group.id, nonce: nonce() });
  const everywhere = await person('bob6');
  await everywhere.rpc('group.join', { group: group.id, nonce: nonce() });
  await everywhere.rpc('room.join', { room, nonce: nonce() });
  // A textbook client that looks at one room and knows of no group.
  const textbook = await new Client(server, 'bob6').connect();
  const subscription = await textbook.subscribe(`room:${room}`);
  await ada.send(room, 'before');
  await textbook.until(() => types(textbook, `room:${room}`).includes('message.created'));
  await ada.rpc('group.kick', { group: group.id, user: 'bob6', reason: 'Noise', nonce: nonce() });
  await ada.send(room, 'after');
  await ada.send(group.id, 'after');
  await textbook.until(() => subscription.state === 'unsubscribed');
  await everywhere.until(() => everywhere.events.some((e) => e.kind === 'unsubscribed' && e.channel === `room:${room}`));
  const heard = [textbook, everywhere].flatMap((client) => client.log.filter((item) => item.message?.text === 'after'));
  assert.deepEqual(heard, []);
  const removed = everywhere.entries('user:bob6').filter((entry) => entry.type === 'group.removed');
  assert.deepEqual([removed[0].cause, removed[0].reason], ['kicked', 'Noise']);
  assert.equal(ada.entries(`group:${group.id}`).at(-1).reason, undefined);
  await assert.rejects(textbook.centrifuge.history(`room:${room}`, { limit: 1 }), { code: 103 });
  await eventually(async () => (await ada.rpc('room.members', { room })).members.length === 1);
  // It is an open group: he may come back.
  await everywhere.rpc('group.join', { group: group.id, nonce: nonce() });
});

test('typing in a group is heard on group:ID, with the main room\'s list', async () => {
  const [ada, bob] = [await person('ada7'), await person('bob7')];
  const group = await founded(ada);
  await bob.rpc('group.join', { group: group.id, nonce: nonce() });
  await server.rest('POST', `/groups/${group.id}/typing`, { user: 'bob7', body: { on: true } });
  for (const channel of [`group:${group.id}`, `room:${group.id}`]) {
    await ada.until(() => ada.log.some((item) => item.channel === channel && item.type === 'typing' && item.users.some((u) => u.id === 'bob7')), channel);
  }
  assert.ok(ada.log.filter((item) => item.type === 'typing').every((item) => item.offset === undefined));
  assert.deepEqual(await ada.refused('chat.typing', { on: true }), { code: 107, message: 'bad_request:room' });
});

/** Whom the last list on a channel names. */
const typists = (client, channel) => client.log.filter((item) => item.channel === channel && item.type === 'typing').at(-1)?.users.map((user) => user.id);

test('K6: no typing line is left on a group, whatever becomes of who types', async () => {
  const ends = {
    off: ({ bob, group }) => bob.rpc('chat.typing', { group, on: false }),
    message: ({ bob, group }) => bob.send(group, 'done'),
    'a closed tab': ({ bob }) => bob.disconnect(),
    'a cut line': ({ bob }) => bob.centrifuge._transport._transport.terminate(),
    kick: ({ ada, bob, group }) => ada.rpc('group.kick', { group, user: bob.user, nonce: nonce() }),
    leaving: ({ bob, group }) => bob.rpc('group.leave', { group, nonce: nonce() }),
    silence: () => {},
  };
  await Promise.all(Object.entries(ends).map(async ([name, end], i) => {
    const [ada, bob] = [await person(`k6-ada${i}`), await person(`k6-bob${i}`)];
    const { id: group } = await founded(ada);
    await bob.rpc('group.join', { group, nonce: nonce() });
    const channels = [`group:${group}`, `room:${group}`];
    await bob.rpc('chat.typing', { group, on: true });
    for (const channel of channels) await ada.until(() => typists(ada, channel)?.includes(bob.user), `${name}: typing on ${channel}`);
    await end({ ada, bob, group });
    if (name === 'message') {  // which ends it by itself: the next list says so
      await ada.until(() => types(ada, `room:${group}`).includes('message.created'));
      await ada.rpc('chat.typing', { group, on: true });
    }
    const left = name === 'message' ? [ada.user] : [];
    for (const channel of channels) await ada.until(() => String(typists(ada, channel)) === String(left), `${name}: nobody else types on ${channel}`);
  }));
});

test('K6: a watcher of a group who looks elsewhere, or comes to a restarted server, is told of nobody who stopped meanwhile', async () => {
  const own = await new Server().start();
  try {
    const [ada, bob] = await Promise.all(['k6-ada', 'k6-bob'].map((name) => new Client(own, name).connect()));
    const { group: { id: group } } = await ada.rpc('group.create', { name: 'K6', nonce: nonce() });
    await bob.rpc('group.join', { group, nonce: nonce() });
    const channels = [`group:${group}`, `room:${group}`];
    const watching = await Promise.all(channels.map((channel) => ada.subscribe(channel)));
    const subscribed = (times) => ada.until(() => channels.every((channel) => ada.events.filter((e) => e.kind === 'subscribed' && e.channel === channel).length === times));
    await bob.rpc('chat.typing', { group, on: true });
    for (const channel of channels) await ada.until(() => typists(ada, channel)?.includes('k6-bob'), channel);
    watching.forEach((one) => one.unsubscribe());
    await bob.rpc('chat.typing', { group, on: false });
    await bob.send(group, 'while she looks elsewhere');
    const seen = ada.log.length;
    watching.forEach((one) => one.subscribe());
    await subscribed(2);
    await bob.rpc('chat.typing', { group, on: true });
    for (const channel of channels) await ada.until(() => ada.log.slice(seen).some((item) => item.channel === channel && item.type === 'typing' && item.users.length === 1), channel);
    await own.kill();
    await own.start();
    await subscribed(3);
    // Several nodes keep it in Redis, which was not restarted: there it ends by itself, 5 s after the last sign.
    if (kNodes > 1) {
      const deadline = () => own.redis.ask('HGET', `room:${group}:typing`, 'k6-bob').then(Number);
      await eventually(async () => [await deadline(), await own.redis.ask('TIME')], ([at, [now]]) => at <= Number(now) * 1000);
    }
    const restarted = ada.log.length;
    await ada.send(group, 'after');
    await ada.until(() => ada.log.slice(restarted).some((item) => item.message?.text === 'after'));
    await ada.rpc('chat.typing', { group, on: true });
    for (const channel of channels) await ada.until(() => String(typists(ada, channel)) === 'k6-ada', channel);
    assert.deepEqual(ada.log.slice(restarted).filter((item) => item.users?.some((user) => user.id === 'k6-bob')), []);
  } finally {
    await own.stop();
  }
});

test('getOnlineUsersInGroup and getOnlineCountInGroup: its members who are online', async () => {
  const [ada, bob] = [await person('ada8'), await person('bob8')];
  const group = await founded(ada);
  await bob.rpc('group.join', { group: group.id, nonce: nonce() });
  await eventually(async () => (await server.rest('GET', `/groups/${group.id}/presence/count`, { user: 'ada8' })).body.count === 2);
  const online = await ada.rpc('presence.group', { group: group.id });
  assert.deepEqual(online.users.map((user) => user.id).sort(), ['ada8', 'bob8']);
  const stats = await ada.centrifuge.presenceStats(`group:${group.id}`);
  assert.equal(stats.numUsers, 2);
  const named = (list) => (item) => item.channel === `group:${group.id}` && item.type === 'presence' && item[list]?.includes('bob8');
  await ada.until(() => ada.log.some(named('online')));
  bob.disconnect();
  await ada.until(() => ada.log.some(named('offline')));
  const eve = await person('eve8');
  assert.deepEqual(await eve.refused('presence.group', { group: group.id }), { code: 1001, message: 'not_member' });
});

test('updateRoom, archiveRoom both ways, deleteRoom: in the room and in the group', async () => {
  const [ada, bob] = [await person('ada9'), await person('bob9')];
  const group = await founded(ada);
  await bob.rpc('group.join', { group: group.id, nonce: nonce() });
  const { room } = await bob.rpc('room.create', { name: 'Compost', group: group.id, nonce: nonce() });
  await ada.rpc('room.join', { room: room.id, nonce: nonce() });
  // The group's owner ranks above the room's.
  await ada.rpc('room.update', { room: room.id, name: 'Manure', topic: 'Heaps', nonce: nonce() });
  await bob.until(() => types(bob, `room:${room.id}`).includes('room.updated'));
  assert.deepEqual(bob.entries(`room:${room.id}`).at(-1).changes, { name: 'Manure', topic: 'Heaps' });
  assert.equal((await ada.rpc('room.update', { room: room.id, name: 'Manure', nonce: nonce() })).changed, false);
  assert.equal((await server.rest('POST', `/rooms/${room.id}/archive`, { user: 'bob9', body: {} })).status, 200);
  assert.deepEqual(await ada.refused('chat.send', { room: room.id, text: 'x' }), { code: 1005, message: 'archived' });
  assert.equal((await ada.rpc('chat.history', { room: room.id })).messages.length, 0);
  await server.rest('POST', `/rooms/${room.id}/unarchive`, { user: 'bob9', body: {} });
  await ada.send(room.id, 'again');
  await bob.until(() => types(bob, `room:${room.id}`).includes('message.created'));
  assert.deepEqual(types(bob, `room:${room.id}`).slice(-3), ['room.archived', 'room.archived', 'message.created']);
  assert.equal((await ada.refused('room.delete', { room: group.id })).code, 103);
  await ada.rpc('room.delete', { room: room.id, nonce: nonce() });
  await bob.until(() => bob.events.some((e) => e.kind === 'unsubscribed' && e.channel === `room:${room.id}`));
  assert.equal(types(bob, `room:${room.id}`).at(-1), 'room.deleted');
  await bob.until(() => types(bob, 'user:bob9').includes('room.removed'));
  assert.deepEqual(types(bob, `group:${group.id}`).filter((type) => type.startsWith('room.')), ['room.created', 'room.updated', 'room.archived', 'room.archived', 'room.deleted']);
  assert.deepEqual(await bob.refused('chat.history', { room: room.id }), { code: 1000, message: 'not_found' });
});

test('deleteGroup: its rooms and members go with it, and who waited is told', async () => {
  const [ada, bob, eve] = [await person('adaA'), await person('bobA'), await person('eveA')];
  const group = await founded(ada);
  const { room } = await ada.rpc('room.create', { name: 'Pond', group: group.id, nonce: nonce() });
  await bob.rpc('group.join', { group: group.id, nonce: nonce() });
  await bob.rpc('room.join', { room: room.id, nonce: nonce() });
  await ada.rpc('group.update', { group: group.id, join_mode: 'approval', nonce: nonce() });
  await eve.rpc('group.join', { group: group.id, nonce: nonce() });
  assert.deepEqual(await bob.refused('group.delete', { group: group.id }), { code: 103, message: 'permission_denied' });
  await server.rest('DELETE', `/groups/${group.id}`, { user: 'adaA' });
  for (const channel of [`group:${group.id}`, `room:${group.id}`, `room:${room.id}`]) {
    await bob.until(() => bob.events.some((e) => e.kind === 'unsubscribed' && e.channel === channel), channel);
  }
  await bob.until(() => types(bob, 'user:bobA').filter((type) => type === 'room.removed').length === 2);
  await bob.until(() => types(bob, 'user:bobA').includes('group.removed'));
  await eve.until(() => types(eve, 'user:eveA').includes('join.closed'));
  for (const client of [ada, bob]) assert.deepEqual(await client.refused('group.get', { group: group.id }), { code: 1000, message: 'not_found' });
  assert.deepEqual(await bob.refused('chat.history', { room: room.id }), { code: 1000, message: 'not_found' });
  assert.equal((await bob.rpc('group.list', { joined: true })).groups.length, 0);
});

test('capacity: the last place goes to one, and the rest is told that it is full', async () => {
  const ada = await person('adaB');
  const group = await founded(ada, { capacity: 3 });
  const people = Array.from({ length: 12 }, (_, i) => `many${i}`);
  const answers = await Promise.all(people.map((user) => server.rest('POST', `/groups/${group.id}/join`, { user, body: {} })));
  assert.equal(answers.filter((answer) => answer.status === 200).length, 2);
  assert.ok(answers.filter((answer) => answer.status !== 200).every((answer) => answer.status === 409 && answer.body.code === 'full'));
  assert.equal((await ada.rpc('group.members', { group: group.id })).members.length, 3);
});
