// One table, two ways: no operation without its route, its RPC method and its right.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { Client } from './lib/client.mjs';
import { Server } from './lib/server.mjs';

const table = readFileSync(new URL('../../src/service/operations.cc', import.meta.url), 'utf8');
const operations = [...table.matchAll(/\{"([a-z]+\.[a-zA-Z]+)", "(GET|POST|PATCH|PUT|DELETE)", "([^"]+)", (\d+), Right::(\w+),\s*"([^"]+)"/g)]
  .map(([, method, verb, route, status, right, says]) => ({ method, verb, route, status: Number(status), right, says }));

let server;
let world;
before(async () => {
  server = await new Server().start();
  world = await makeWorld('table');
});
after(() => server.stop());

/** What each takes beside its room or group: written by hand, so that an operation missing here fails. */
const fields = {
  'chat.send': { text: 'x' }, 'chat.edit': { seq: 0, text: 'x' }, 'chat.delete': { seq: 0 }, 'chat.history': {}, 'chat.get': { seq: 0 },
  'chat.edits': { seq: 0 }, 'chat.typing': { on: true }, 'room.list': {}, 'room.get': {}, 'room.create': { name: 'x' }, 'room.join': {}, 'room.leave': {},
  'room.kick': { user: '' }, 'room.members': {}, 'room.update': {}, 'room.archive': {}, 'room.unarchive': {}, 'room.delete': {},
  'group.list': {}, 'group.get': {}, 'group.create': { name: 'x' }, 'group.update': {}, 'group.delete': {}, 'group.join': {}, 'group.leave': {},
  'group.kick': { user: '' }, 'group.members': {}, 'group.requests': {}, 'group.approve': { request: '' }, 'group.reject': { request: '' },
  'group.cancel': { request: '' }, 'presence.room': {}, 'presence.group': {}, 'presence.count': {},
  'presence.user': { user: '' }, 'presence.all': {}, 'presence.cleanup': {}, 'presence.setTTL': { seconds: 600 },
};

/** Which have a second route, by POST, and what that takes. */
const second = { 'chat.delete': { route: '/rooms/{room}/messages/delete', fields: { seqs: [0] } } };

/** Who asks: towards a group that is joined by request, and a room in it that its members have joined. */
const kinds = ['stranger', 'pending', 'member', 'owner', 'kicked', 'foreigner'];
const everybody = Array(6).fill('ok');
const nobody = Array(6).fill('permission_denied');  // of these: it takes an administrator of the site
const inRoom = (member, owner = 'ok') => ['not_found', 'not_found', member, owner, 'not_found', 'not_found'];
const inGroup = (member, owner = 'ok') => ['not_member', 'not_member', member, owner, 'not_member', 'not_member'];

/** What each of them is told, by name; ok if it is done. */
const expected = {
  'chat.send': inRoom('ok'),
  'chat.edit': inRoom('permission_denied'),
  'chat.delete': inRoom('permission_denied'),
  'chat.history': inRoom('ok'),
  'chat.get': inRoom('ok'),
  'chat.edits': inRoom('ok'),
  'chat.typing': inRoom('ok'),
  'room.list': everybody,
  'room.get': inRoom('ok'),
  'room.create': everybody,
  'room.update': inRoom('permission_denied'),
  'room.archive': inRoom('permission_denied'),
  'room.unarchive': inRoom('permission_denied'),
  'room.delete': inRoom('permission_denied'),
  'room.join': inRoom('ok'),
  'room.leave': ['not_found', 'not_found', 'ok', 'last_owner', 'ok', 'not_found'],  // left already: nothing to do
  'room.kick': inRoom('permission_denied'),
  'room.members': inRoom('ok'),
  'group.list': everybody,
  'group.get': everybody,
  'group.create': everybody,
  'group.update': inGroup('permission_denied'),
  'group.delete': inGroup('permission_denied'),
  'group.join': ['ok', 'already', 'ok', 'ok', 'ok', 'ok'],
  'group.leave': ['not_member', 'not_member', 'ok', 'last_owner', 'ok', 'not_member'],
  'group.kick': inGroup('permission_denied'),
  'group.members': inGroup('ok'),
  'group.requests': inGroup('permission_denied'),
  'group.approve': inGroup('permission_denied'),
  'group.reject': inGroup('permission_denied'),
  'group.cancel': ['not_found', 'ok', 'not_found', 'not_found', 'not_found', 'not_found'],
  'presence.room': inRoom('ok'),
  'presence.group': inGroup('ok'),
  'presence.count': inRoom('ok'),
  'presence.user': inRoom('ok'),
  'presence.all': nobody,
  'presence.cleanup': nobody,
  'presence.setTTL': nobody,
};

/** A group with its people, under names of its own. */
async function makeWorld(name) {
  const who = (kind) => `${name}-${kind}`;
  const call = async (user, method, path, body = {}) => {
    const answer = await server.rest(method, path, { user: who(user), body });
    assert.ok(answer.status < 300, `${who(user)} ${method} ${path}: ${JSON.stringify(answer.body)}`);
    return answer.body;
  };
  const group = (await call('owner', 'POST', '/groups', { name: 'Own', join_mode: 'approval' })).group.id;
  const room = (await call('owner', 'POST', '/rooms', { name: 'Own', group })).room.id;
  const requests = {};
  for (const kind of ['pending', 'member', 'kicked', 'other', 'asker']) requests[kind] = (await call(kind, 'POST', `/groups/${group}/join`)).request.id;
  for (const kind of ['member', 'kicked', 'other']) {
    await call('owner', 'POST', `/groups/${group}/requests/${requests[kind]}/approve`);
    await call(kind, 'POST', `/rooms/${room}/join`);
  }
  await call('owner', 'POST', `/groups/${group}/members/${who('kicked')}/kick`);
  await call('foreigner', 'POST', '/groups', { name: 'Theirs' });
  const { seq } = await call('owner', 'POST', `/rooms/${room}/messages`, { text: 'one' });
  return { group, room, seq, who, other: who('other'), requests };
}

const placeOf = (operation) => /\{(room|group|place)\}/.exec(operation.route)?.[1];

function requestOf(operation, here, kind = 'owner') {
  const place = placeOf(operation);
  const given = { ...(place && { [place === 'group' ? 'group' : 'room']: place === 'group' ? here.group : here.room }), ...(operation.fields ?? fields[operation.method]) };
  if (given.seq === 0) given.seq = here.seq;
  if (given.seqs) given.seqs = [here.seq];
  if (given.user === '') given.user = here.other;
  if (given.request === '') given.request = kind === 'pending' && operation.method === 'group.cancel' ? here.requests.pending : here.requests.asker;
  return given;
}

async function overRest(operation, given, options) {
  let path = operation.route.replace('{place}', 'rooms/{room}');
  const body = { ...given };
  for (const [name, value] of Object.entries(given)) {
    if (!path.includes(`{${name}}`)) continue;
    path = path.replace(`{${name}}`, value);
    delete body[name];
  }
  return server.rest(operation.verb, path, { ...options, body: operation.verb === 'GET' ? undefined : body });
}

test('the table read here is the whole table', () => {
  assert.equal(operations.length, table.match(/Right::/g).length);
  assert.deepEqual(operations.map((o) => o.method).sort(), Object.keys(expected).sort());
  assert.deepEqual(Object.keys(fields).sort(), Object.keys(expected).sort());
  assert.equal(new Set(operations.map((o) => `${o.verb} ${o.route}`)).size, operations.length);
  assert.deepEqual([...table.matchAll(/\},\s*\w+,\s*"([^"]+)"\}/g)].map(([, route]) => route), Object.values(second).map(({ route }) => route));
});

/** An operation by its second route. */
const bySecond = (operation) => second[operation.method] && { ...operation, verb: 'POST', ...second[operation.method] };

test('every operation is reached by its RPC method and by its route, and nobody may use one without saying who he is', async () => {
  const anonymous = await new Client(server, '').connect();
  for (const operation of operations) {
    const refused = await anonymous.refused(operation.method, requestOf(operation, world));
    assert.deepEqual(refused, { code: 101, message: 'unauthorized' }, operation.method);
    const rest = await overRest(operation, requestOf(operation, world), { headers: { 'Sec-Fetch-Site': 'same-origin' } });
    assert.deepEqual([rest.status, rest.body.code], [401, 'unauthorized'], operation.route);
  }
});

test('every operation answers each of six people as the table of rights says, alike over both ways', async () => {
  for (const operation of operations) {
    for (const [i, kind] of kinds.entries()) {
      for (const way of bySecond(operation) ? ['rpc', 'rest', 'second'] : ['rpc', 'rest']) {
        // Each has a world of its own, so that what the one did is no answer to the other.
        const here = await makeWorld(`${operation.method.replace('.', '-')}-${way}-${kind}`);
        const asked = way === 'second' ? bySecond(operation) : operation;
        const given = requestOf(asked, here, kind);
        const user = here.who(kind);
        let told;
        if (way !== 'rpc') {
          const { status, body } = await overRest(asked, given, { user });
          told = status === operation.status ? 'ok' : body.code;
        } else {
          const client = await new Client(server, user).connect();
          told = await client.rpc(operation.method, given).then(() => 'ok', (error) => error.message);
          client.disconnect();
        }
        assert.equal(told, expected[operation.method][i], `${operation.method} as ${kind} over ${way}`);
      }
    }
  }
});

test('in a room of no group a stranger is told that he is no member', async () => {
  const { room } = (await server.rest('POST', '/rooms', { user: 'alone', body: { name: 'Own' } })).body;
  for (const operation of operations) {
    if (placeOf(operation) === 'group' || !placeOf(operation)) continue;
    const { status, body } = await overRest(operation, { ...requestOf(operation, world), room: room.id }, { user: 'stranger' });
    const open = ['room.get', 'room.join', 'room.leave'].includes(operation.method);
    if (expected[operation.method] === nobody) assert.deepEqual([status, body.code], [403, 'permission_denied'], operation.method);
    else if (!open) assert.deepEqual([status, body.code], [403, 'not_member'], operation.method);
    else assert.equal(status, 200, operation.method);
  }
});

test('a required field that is missing is named alike over both ways', async () => {
  const owner = await new Client(server, world.who('owner')).connect();
  for (const operation of operations) {
    for (const name of Object.keys(fields[operation.method])) {
      const { [name]: missing, ...given } = requestOf(operation, world);
      assert.deepEqual(await owner.refused(operation.method, given), { code: 107, message: `bad_request:${name}` });
      if (operation.route.includes(`{${name}}`)) continue;
      const rest = await overRest(operation, given, { user: world.who('owner') });
      assert.deepEqual([rest.status, rest.body.errors[0].pointer], [422, `/${name}`]);
    }
  }
});
