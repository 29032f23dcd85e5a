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
let room;
let seq;
before(async () => {
  server = await new Server().start();
  room = (await server.rest('POST', '/rooms', { user: 'owner', body: { name: 'Table' } })).body.room.id;
  for (const user of ['member', 'other']) await server.rest('POST', `/rooms/${room}/join`, { user, body: {} });
  seq = (await server.rest('POST', `/rooms/${room}/messages`, { user: 'owner', body: { text: 'one' } })).body.seq;
});
after(() => server.stop());

/** What each takes beside the room: written by hand, so that an operation missing here fails. */
const fields = {
  'chat.send': { text: 'x' }, 'chat.edit': { seq: 0, text: 'x' }, 'chat.delete': { seq: 0 }, 'chat.history': {}, 'chat.get': { seq: 0 },
  'chat.edits': { seq: 0 }, 'chat.typing': { on: true }, 'room.list': {}, 'room.get': {}, 'room.create': { name: 'x' }, 'room.join': {}, 'room.leave': {},
  'room.kick': { user: 'other' }, 'room.members': {}, 'presence.room': {}, 'presence.count': {},
};

/** What a signed-in stranger, a plain member and the owner are told, by name; ok if it is done. */
const expected = {
  'chat.send': ['not_member', 'ok', 'ok'],
  'chat.edit': ['not_member', 'permission_denied', 'ok'],
  'chat.delete': ['not_member', 'permission_denied', 'ok'],
  'chat.history': ['not_member', 'ok', 'ok'],
  'chat.get': ['not_member', 'ok', 'ok'],
  'chat.edits': ['not_member', 'ok', 'ok'],
  'chat.typing': ['not_member', 'ok', 'ok'],
  'room.list': ['ok', 'ok', 'ok'],
  'room.get': ['ok', 'ok', 'ok'],
  'room.create': ['ok', 'ok', 'ok'],
  'room.join': ['ok', 'ok', 'ok'],
  'room.leave': ['not_member', 'ok', 'last_owner'],
  'room.kick': ['not_member', 'permission_denied', 'ok'],
  'room.members': ['not_member', 'ok', 'ok'],
  'presence.room': ['not_member', 'ok', 'ok'],
  'presence.count': ['not_member', 'ok', 'ok'],
};

const takesRoom = (operation) => operation.route.includes('{room}');

function requestOf(operation) {
  const given = { ...(takesRoom(operation) && { room }), ...fields[operation.method] };
  if (given.seq === 0) given.seq = seq;
  return given;
}

async function overRest(operation, given, options) {
  let path = operation.route;
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
});

test('every operation is reached by its RPC method and by its route, and nobody may use one without saying who he is', async () => {
  const anonymous = await new Client(server, '').connect();
  for (const operation of operations) {
    const refused = await anonymous.refused(operation.method, requestOf(operation));
    assert.deepEqual(refused, { code: 101, message: 'unauthorized' }, operation.method);
    const rest = await overRest(operation, requestOf(operation), { headers: { 'Sec-Fetch-Site': 'same-origin' } });
    assert.deepEqual([rest.status, rest.body.code], [401, 'unauthorized'], operation.route);
  }
});

test('every operation answers a stranger, a member and the owner as its right says, alike over both ways', async () => {
  const people = ['stranger', 'member', 'owner'];
  for (const operation of operations) {
    for (const [i, kind] of people.entries()) {
      for (const way of ['rpc', 'rest']) {
        // Each way has a room of its own, so that what the first did is no answer to the second.
        const name = (who) => `${operation.method.replace('.', '-')}-${way}-${kind}-${who}`;
        const user = kind === 'owner' ? name('owner') : name(kind);
        const made = (await server.rest('POST', '/rooms', { user: name('owner'), body: { name: 'Own' } })).body.room.id;
        for (const joins of [name('other'), ...(kind === 'member' ? [user] : [])]) await server.rest('POST', `/rooms/${made}/join`, { user: joins, body: {} });
        const message = (await server.rest('POST', `/rooms/${made}/messages`, { user: name('owner'), body: { text: 'one' } })).body.seq;
        const given = requestOf(operation);
        if (given.room) given.room = made;
        if (given.seq) given.seq = message;
        if (given.user) given.user = name('other');
        let told;
        if (way === 'rest') {
          const { status, body } = await overRest(operation, given, { user });
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

test('a required field that is missing is named alike over both ways', async () => {
  const owner = await new Client(server, 'owner').connect();
  for (const operation of operations) {
    for (const name of Object.keys(fields[operation.method])) {
      const { [name]: missing, ...given } = requestOf(operation);
      assert.deepEqual(await owner.refused(operation.method, given), { code: 107, message: `bad_request:${name}` });
      if (operation.route.includes(`{${name}}`)) continue;
      const rest = await overRest(operation, given, { user: 'owner' });
      assert.deepEqual([rest.status, rest.body.errors[0].pointer], [422, `/${name}`]);
    }
  }
});
