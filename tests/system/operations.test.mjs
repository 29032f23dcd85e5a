// One table, two ways: no operation without its route, its RPC method and its right.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { makeAdmin } from './lib/admin.mjs';
import { Client } from './lib/client.mjs';
import { Raw } from './lib/raw.mjs';
import { Server, token } from './lib/server.mjs';

const table = readFileSync(new URL('../../src/service/operations.cc', import.meta.url), 'utf8');
const operations = [...table.matchAll(/\{"([a-z]+\.[a-zA-Z]+)", "(GET|POST|PATCH|PUT|DELETE)", "([^"]+)", (\d+), Right::(\w+),\s*"([^"]+)"/g)]
  .map(([, method, verb, route, status, right, says]) => ({ method, verb, route, status: Number(status), right, says }));

const key = 'a-key-of-the-back-end-0123456789-abcdef';
let server;
let world;
let admin;
let anonymous;
before(async () => {
  server = await new Server({ environment: { KITH_HTTP_API_KEY: key } }).start();
  world = await makeWorld('table');
  admin = await makeAdmin(server);
  admin.raw = await admin.connect();
  anonymous = await new Client(server, '').connect();
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
const people = ['stranger', 'pending', 'member', 'owner', 'kicked', 'foreigner'];
/** Nobody of it: an administrator of the site, the application's back end by its key, and the same for the member. */
const kinds = [...people, 'admin', 'key', 'key for member', 'anonymous', 'expired'];

const everybody = Array(6).fill('ok');
const nobody = Array(6).fill('permission_denied');  // of these: it takes an administrator of the site
const inRoom = (member, owner = 'ok') => ['not_found', 'not_found', member, owner, 'not_found', 'not_found'];
const inGroup = (member, owner = 'ok') => ['not_member', 'not_member', member, owner, 'not_member', 'not_member'];
/** What only a person can do is refused to a key that names none. */
const person = 'bad_request';

/** What each of the six is told, by name, then the administrator and the key; ok if it is done. */
const expected = {
  'chat.send': [inRoom('ok'), 'not_member', person],
  'chat.edit': [inRoom('permission_denied'), 'not_member', person],
  'chat.delete': [inRoom('permission_denied'), 'ok', 'ok'],
  'chat.history': [inRoom('ok'), 'not_member', 'ok'],
  'chat.get': [inRoom('ok'), 'not_member', 'ok'],
  'chat.edits': [inRoom('ok'), 'not_member', 'ok'],
  'chat.typing': [inRoom('ok'), 'not_member', person],
  'room.list': [everybody, 'ok', 'ok'],
  'room.get': [inRoom('ok'), 'ok', 'ok'],
  'room.create': [everybody, 'ok', person],
  'room.update': [inRoom('permission_denied'), 'ok', 'ok'],
  'room.archive': [inRoom('permission_denied'), 'ok', 'ok'],
  'room.unarchive': [inRoom('permission_denied'), 'ok', 'ok'],
  'room.delete': [inRoom('permission_denied'), 'ok', 'ok'],
  'room.join': [inRoom('ok'), 'not_member', person],
  'room.leave': [inRoom('ok', 'last_owner'), 'not_member', person],
  'room.kick': [inRoom('permission_denied'), 'ok', 'ok'],
  'room.members': [inRoom('ok'), 'not_member', 'ok'],
  'group.list': [everybody, 'ok', 'ok'],
  'group.get': [everybody, 'ok', 'ok'],
  'group.create': [everybody, 'ok', person],
  'group.update': [inGroup('permission_denied'), 'ok', 'ok'],
  'group.delete': [inGroup('permission_denied'), 'ok', 'ok'],
  'group.join': [['ok', 'already', 'ok', 'ok', 'ok', 'ok'], 'ok', person],
  'group.leave': [['not_member', 'not_member', 'ok', 'last_owner', 'ok', 'not_member'], 'not_member', person],
  'group.kick': [inGroup('permission_denied'), 'ok', 'ok'],
  'group.members': [inGroup('ok'), 'not_member', 'ok'],
  'group.requests': [inGroup('permission_denied'), 'ok', 'ok'],
  'group.approve': [inGroup('permission_denied'), 'ok', 'ok'],
  'group.reject': [inGroup('permission_denied'), 'ok', 'ok'],
  'group.cancel': [['not_found', 'ok', 'not_found', 'not_found', 'not_found', 'not_found'], 'not_found', person],
  'presence.room': [inRoom('ok'), 'not_member', 'ok'],
  'presence.group': [inGroup('ok'), 'not_member', 'ok'],
  'presence.count': [inRoom('ok'), 'not_member', 'ok'],
  'presence.user': [inRoom('ok'), 'ok', 'ok'],
  'presence.all': [nobody, 'ok', 'ok'],
  'presence.cleanup': [nobody, 'ok', 'ok'],
  'presence.setTTL': [nobody, 'ok', 'ok'],
};

function expectedOf(method, kind) {
  const [six, site, back] = expected[method];
  const row = { admin: site, key: back, 'key for member': six[people.indexOf('member')], anonymous: 'unauthorized', expired: 'token_expired' };
  return row[kind] ?? six[people.indexOf(kind)];
}

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

const expiredToken = () => token('late', { exp: Math.floor(Date.now() / 1000) - 10 });

/** What somebody is told over REST. */
async function toldOverRest(asked, given, kind, here) {
  const headers = {
    admin: admin.headers, key: { 'X-API-Key': key }, 'key for member': { 'X-API-Key': key, 'Kith-User': here.who('member') },
    anonymous: { 'Sec-Fetch-Site': 'same-origin' }, expired: { Authorization: `Bearer ${expiredToken()}` },
  }[kind];
  const { status, body } = await overRest(asked, given, headers ? { headers } : { user: here.who(kind) });
  return status === asked.status ? 'ok' : body.code;
}

/** And on a connection, where there is no key, and none at all with a token that has expired. */
async function toldOverRpc({ method }, given, kind, here) {
  if (kind === 'admin') {
    const { rpc, error } = await admin.raw.rpc(method, given);
    return rpc ? 'ok' : error.message;
  }
  if (kind === 'expired') {
    const raw = await Raw.open(server);
    const { error } = await raw.ask({ connect: { token: expiredToken() } });
    await raw.close();
    return error.message;
  }
  const client = kind === 'anonymous' ? anonymous : await new Client(server, here.who(kind)).connect();
  const told = await client.rpc(method, given).then(() => 'ok', (error) => error.message);
  if (client !== anonymous) client.disconnect();
  return told;
}

async function mustAnswer(operation, kind, way) {
  // Each who may change something has a world of his own, so that what the one did is no answer to the other.
  const here = ['anonymous', 'expired'].includes(kind) ? world : await makeWorld(`${operation.method}-${way}-${kind}`.replace(/\W/g, '-'));
  const asked = way === 'second' ? bySecond(operation) : operation;
  const given = requestOf(asked, here, kind);
  const told = await (way === 'rpc' ? toldOverRpc : toldOverRest)(asked, given, kind, here);
  assert.equal(told, expectedOf(operation.method, kind), `${operation.method} as ${kind} over ${way}`);
}

test('every operation answers each of eleven kinds of callers as the table of rights says, alike over both ways', async () => {
  for (const operation of operations) {
    const ways = bySecond(operation) ? ['rpc', 'rest', 'second'] : ['rpc', 'rest'];
    const asked = kinds.flatMap((kind) => ways.filter((way) => way !== 'rpc' || !kind.startsWith('key')).map((way) => mustAnswer(operation, kind, way)));
    for (const { reason } of await Promise.allSettled(asked)) if (reason) throw reason;
  }
});

test('in a room of no group a stranger is told that he is no member', async () => {
  const { room } = (await server.rest('POST', '/rooms', { user: 'alone', body: { name: 'Own' } })).body;
  for (const operation of operations) {
    if (placeOf(operation) === 'group' || !placeOf(operation)) continue;
    const { status, body } = await overRest(operation, { ...requestOf(operation, world), room: room.id }, { user: 'stranger' });
    const open = ['room.get', 'room.join', 'room.leave'].includes(operation.method);
    if (expected[operation.method][0] === nobody) assert.deepEqual([status, body.code], [403, 'permission_denied'], operation.method);
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
