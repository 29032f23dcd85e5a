// Who may know who is online, what an administrator of the site does with it, and join and leave one by one.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { makeAdmin } from './lib/admin.mjs';
import { Client } from './lib/client.mjs';
import { Raw } from './lib/raw.mjs';
import { Server } from './lib/server.mjs';
import { eventually, metric } from './lib/states.mjs';

let server;
let admin;  // by cookie over REST, and connected
before(async () => {
  server = await new Server({ flags: ['--presence.grace=60000'] }).start();
  const made = await makeAdmin(server);
  admin = { ...made, raw: await made.connect() };
});
after(() => server.stop());

const statusOf = async (user, of) => (await server.rest('GET', `/users/${of}/presence`, { user })).body;

async function makeRoom(...users) {
  const [owner, ...others] = users;
  const { room } = (await server.rest('POST', '/rooms', { user: owner, body: { name: 'Presence' } })).body;
  for (const user of others) await server.rest('POST', `/rooms/${room.id}/join`, { user });
  return room.id;
}

test('isUserOnline: whether somebody is online is told to who shares a room or a group with him, and to nobody else', async () => {
  const room = await makeRoom('see-ann', 'see-bob');
  const group = (await server.rest('POST', '/groups', { user: 'see-cid', body: { name: 'See' } })).body.group.id;
  await server.rest('POST', `/groups/${group}/join`, { user: 'see-bob' });
  assert.deepEqual(await statusOf('see-ann', 'see-bob'), { user: 'see-bob', status: 'offline' });
  const bob = await new Client(server, 'see-bob').connect();
  await eventually(() => statusOf('see-ann', 'see-bob'), ({ status }) => status === 'online');
  const cid = await new Client(server, 'see-cid').connect();
  assert.equal((await cid.rpc('presence.user', { user: 'see-bob' })).status, 'online');
  assert.deepEqual(await bob.rpc('presence.user', { user: 'see-ann' }), { user: 'see-ann', status: 'offline' });
  assert.equal((await statusOf('see-bob', 'see-bob')).status, 'online');
  assert.deepEqual(await cid.refused('presence.user', { user: 'see-ann' }), { code: 1000, message: 'not_found' });
  const hidden = await statusOf('see-ann', 'see-cid');
  const unknown = await statusOf('see-ann', 'see-nobody');
  assert.equal(hidden.code, 'not_found');
  assert.deepEqual({ ...unknown, instance: 0 }, { ...hidden, instance: 0 });
  assert.equal((await admin.rest('GET', '/users/see-bob/presence')).body.status, 'online');
  assert.equal((await admin.rest('GET', '/users/see-nobody/presence')).status, 404);
  await server.rest('POST', `/rooms/${room}/leave`, { user: 'see-bob' });
  assert.equal((await statusOf('see-ann', 'see-bob')).code, 'not_found');
});

test('getOnlineUsersInRoom and getOnlineCountInRoom: its members who are connected, by RPC as by REST, and to nobody outside', async () => {
  const room = await makeRoom('in-ann', 'in-bob', 'in-cid');
  const ann = await new Client(server, 'in-ann', { mode: 'all' }).connect();
  const bob = await new Client(server, 'in-bob').connect();
  const eve = await new Client(server, 'in-eve').connect();
  const over = async (user, path = '') => (await server.rest('GET', `/rooms/${room}/presence${path}`, { user })).body;
  await eventually(() => over('in-cid', '/count'), ({ count }) => count === 2);
  const { users } = await bob.rpc('presence.room', { room });
  assert.deepEqual(users.map(({ id, name }) => [id, name]).sort(), [['in-ann', 'in-ann'], ['in-bob', 'in-bob']]);
  assert.deepEqual((await over('in-cid')).users, users);
  assert.equal((await ann.rpc('presence.count', { room })).count, 2);
  const changes = () => ann.log.filter((item) => item.channel === `room:${room}` && item.type === 'presence');
  await ann.until(() => changes().some((item) => item.online.includes('in-bob')));
  bob.disconnect();
  await ann.until(() => changes().some((item) => item.offline.includes('in-bob')));
  assert.equal(changes().at(-1).count, 1);
  for (const method of ['presence.room', 'presence.count']) assert.deepEqual(await eve.refused(method, { room }), { code: 1001, message: 'not_member' });
  for (const path of ['', '/count']) assert.equal((await over('in-eve', path)).code, 'not_member');
});

test('getAllOnlineUsers: an administrator of the site pages through everybody who is online, by RPC as by REST; nobody else may', async () => {
  for (const name of ['x', 'y', 'z']) {
    const client = await new Client(server, `all-${name}`).connect();
    assert.deepEqual(await client.refused('presence.all'), { code: 103, message: 'permission_denied' });
    assert.equal((await server.rest('GET', '/presence', { user: client.user })).body.code, 'permission_denied');
  }
  const everybody = async () => {
    const found = [];
    for (let next = ''; next !== undefined;) {
      const { body } = await admin.rest('GET', `/presence?limit=2${next && `&cursor=${next}`}`);
      found.push(...body.users);
      next = body.next;
    }
    return found;
  };
  const found = await eventually(everybody, (users) => ['x', 'y', 'z'].every((name) => users.some((user) => user.id === `all-${name}`)));
  assert.equal(new Set(found.map((user) => user.id)).size, found.length);
  assert.ok(found.some((user) => user.id === admin.id && user.name === 'Root' && user.status === 'online'));
  const { rpc } = await admin.raw.rpc('presence.all', { limit: 200 });
  assert.deepEqual(rpc.data.users.map((user) => user.id).sort(), found.map((user) => user.id).sort());
});

test('cleanupStaleConnectionsInRoom and InGroup, setRoomOnlineTTL and setGroupOnlineTTL: for an administrator of the site alone', async () => {
  const room = await makeRoom('keep-ann');
  const group = (await server.rest('POST', '/groups', { user: 'keep-ann', body: { name: 'Keep' } })).body.group.id;
  const ann = await new Client(server, 'keep-ann').connect();
  const eve = await new Client(server, 'keep-eve').connect();
  await eventually(() => ann.rpc('presence.count', { room }), ({ count }) => count === 1);
  for (const place of [{ room }, { group }]) {
    assert.deepEqual((await admin.raw.rpc('presence.cleanup', place)).rpc.data, { removed: 0 });
    assert.deepEqual((await admin.raw.rpc('presence.setTTL', { ...place, seconds: 600 })).rpc.data, {});
    for (const client of [ann, eve]) {
      assert.equal((await client.refused('presence.cleanup', place)).message, 'permission_denied');
      assert.equal((await client.refused('presence.setTTL', { ...place, seconds: 600 })).message, 'permission_denied');
    }
  }
  for (const [kind, id] of [['rooms', room], ['groups', group]]) {
    const path = `/${kind}/${id}/presence`;
    assert.deepEqual((await admin.rest('POST', `${path}/cleanup`)).body, { removed: 0 });
    const set = await admin.rest('PUT', `${path}/ttl`, { seconds: 600 });
    assert.deepEqual([set.status, set.body], [200, {}]);
    for (const seconds of [59, 604801, '600', null]) assert.equal((await admin.rest('PUT', `${path}/ttl`, { seconds })).status, 422);
    assert.equal((await admin.rest('POST', `/${kind}/none/presence/cleanup`)).body.code, 'not_found');
    assert.equal((await server.rest('POST', `${path}/cleanup`, { user: 'keep-ann' })).body.code, 'permission_denied');
  }
  assert.equal((await ann.rpc('presence.count', { room })).count, 1);
});

/** What a client was told of people one by one, on a channel. */
const told = (client, channel) => client.events.filter((e) => e.channel === channel && (e.kind === 'join' || e.kind === 'leave'))
  .map((e) => `${e.kind} ${e.info.user}`);

test('join and leave come to who asked: not for a second tab or a reload, and not to who did not ask', async () => {
  const room = await makeRoom('jl-ann', 'jl-bob', 'jl-cid', 'jl-eve');
  const channel = `room:${room}`;
  const ann = await new Client(server, 'jl-ann').connect();
  const cid = await new Client(server, 'jl-cid').connect();
  await eventually(() => ann.rpc('presence.count', { room }), ({ count }) => count === 2);
  const watching = await ann.subscribe(channel, { joinLeave: true });
  await cid.subscribe(channel);
  const all = await new Client(server, 'jl-ann', { data: { kith: { subscriptions: 'all', join_leave: true } } }).connect();
  const quiet = await new Client(server, 'jl-ann', { mode: 'all' }).connect();

  const first = await Raw.connected(server, 'jl-bob');
  await ann.until(() => told(ann, channel).includes('join jl-bob'));
  const joined = ann.events.find((e) => e.kind === 'join' && e.info.user === 'jl-bob');
  assert.equal(joined.info.client, 'jl-bob');
  assert.deepEqual(joined.info.chanInfo, { name: 'jl-bob' });
  const second = await Raw.connected(server, 'jl-bob');
  const open = await metric(server, 'kith_connections');
  const areLeft = (left) => eventually(() => metric(server, 'kith_connections'), (count) => count === left);
  await first.close();
  await areLeft(open - 1);  // the server has seen the one go before the other
  await second.drop();
  await areLeft(open - 2);
  const third = await Raw.connected(server, 'jl-bob');
  await third.close();
  const eve = await Raw.connected(server, 'jl-eve');  // what comes next carries everything due
  const expected = ['join jl-bob', 'leave jl-bob', 'join jl-eve'];
  const ofThem = (client) => told(client, channel).filter((line) => /bob|eve/.test(line));
  const sorted = (lines) => [...lines].sort();
  await ann.until(() => ofThem(ann).length >= 3, 'bob has come and gone, eve has come');
  await all.until(() => ofThem(all).length >= 3, 'the same, where the server subscribes');
  for (const client of [ann, all]) {
    assert.deepEqual(sorted(ofThem(client)), sorted(expected));
    assert.equal(ofThem(client)[0], 'join jl-bob');
  }

  watching.unsubscribe();
  await ann.rpc('presence.count', { room });  // behind it
  await eve.close();
  await all.until(() => ofThem(all).includes('leave jl-eve'));
  assert.ok(!ofThem(ann).includes('leave jl-eve'));
  for (const client of [cid, quiet]) assert.deepEqual(told(client, channel), []);
});

test('a room that is joined later tells too, where the server subscribes; a place that was left does not', async () => {
  const room = await makeRoom('later-ann', 'later-bob');
  const channel = `room:${room}`;
  const eve = await new Client(server, 'later-eve', { data: { kith: { subscriptions: 'all', join_leave: true } } }).connect();
  await eve.rpc('room.join', { room });
  await eve.until(() => eve.events.some((e) => e.kind === 'subscribed' && e.channel === channel));
  const bob = await Raw.connected(server, 'later-bob');
  await eve.until(() => told(eve, channel).includes('join later-bob'));
  await eve.rpc('room.leave', { room });
  await eve.until(() => eve.events.some((e) => e.kind === 'unsubscribed' && e.channel === channel));
  const ann = await new Client(server, 'later-ann').connect();
  await ann.subscribe(channel, { joinLeave: true });
  await bob.close();
  await ann.until(() => told(ann, channel).includes('leave later-bob'));
  assert.ok(!told(eve, channel).includes('leave later-bob'));
});

test('join_leave of a connect is true or false, else it is named', async () => {
  const raw = await Raw.open(server);
  const { connection_token } = (await admin.rest('GET', '/me')).body;
  const { error } = await raw.ask({ connect: { token: connection_token, data: { kith: { join_leave: 'yes' } } } });
  assert.deepEqual([error.code, error.message], [107, 'bad_request:data.kith.join_leave']);
});
