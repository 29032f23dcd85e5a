// An application's back end calls the API with its key: as itself, and for its users.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Client } from './lib/client.mjs';
import { Server, nonce } from './lib/server.mjs';

const key = 'a-key-of-the-back-end-0123456789-abcdef';
let server;
before(async () => { server = await new Server({ environment: { KITH_HTTP_API_KEY: key } }).start(); });
after(() => server.stop());

const withKey = (user, more = {}) => ({ 'X-API-Key': key, ...(user && { 'Kith-User': user }), ...more });

test('for a user: his name, his rights, and nothing else', async () => {
  const ann = await new Client(server, 'ann', { mode: 'all' }).connect();
  const { room } = await ann.rpc('room.create', { name: 'Sales', nonce: nonce() });
  await new Client(server, 'bob').connect();
  const joined = await server.rest('POST', `/rooms/${room.id}/join`, { headers: withKey('bob'), body: {} });
  assert.equal(joined.status, 200);
  const sent = await server.rest('POST', `/rooms/${room.id}/messages`, { headers: { Authorization: `apikey ${key}`, 'Kith-User': 'bob' }, body: { text: 'Order 7 is on its way' } });
  assert.equal(sent.status, 201);
  await ann.until(() => ann.log.some((item) => item.message?.text === 'Order 7 is on its way' && item.message.author === 'bob'));
  const kick = await server.rest('POST', `/rooms/${room.id}/members/ann/kick`, { headers: withKey('bob'), body: {} });
  assert.deepEqual([kick.status, kick.body.code], [403, 'permission_denied']);
  const unknown = await server.rest('POST', `/rooms/${room.id}/join`, { headers: withKey('nobody'), body: {} });
  assert.deepEqual([unknown.status, unknown.body.code], [404, 'not_found']);
  assert.equal((await server.rest('GET', '/rooms', { headers: withKey('not an id') })).status, 422);
});

test('for nobody: it sees and manages as a site admin, and is told what needs a person', async () => {
  const ann = await new Client(server, 'ann2', { mode: 'all' }).connect();
  const { group } = await ann.rpc('group.create', { name: 'Club', join_mode: 'approval', nonce: nonce() });
  const bob = await new Client(server, 'bob2', { mode: 'all' }).connect();
  const { request } = await bob.rpc('group.join', { group: group.id, nonce: nonce() });
  const online = await server.rest('GET', `/groups/${group.id}/presence`, { headers: withKey() });
  assert.equal(online.status, 200);
  assert.equal((await server.rest('GET', `/groups/${group.id}/members`, { headers: withKey() })).body.members.length, 1);
  const approved = await server.rest('POST', `/groups/${group.id}/requests/${request.id}/approve`, { headers: withKey(), body: {} });
  assert.equal(approved.body.state, 'approved');
  await bob.until(() => bob.entries('user:bob2').some((entry) => entry.type === 'group.added' && entry.actor === 'kith.api'));
  const owner = await server.rest('POST', `/groups/${group.id}/members/ann2/kick`, { headers: withKey(), body: {} });
  assert.deepEqual([owner.status, owner.body.code], [403, 'higher_role']);
  for (const [method, path, body] of [['POST', '/rooms', { name: 'x' }], ['POST', `/groups/${group.id}/join`, {}], ['POST', `/rooms/${group.id}/messages`, { text: 'x' }]]) {
    const refused = await server.rest(method, path, { headers: withKey(), body });
    assert.deepEqual([refused.status, refused.body.errors[0].pointer], [422, '/Kith-User'], path);
  }
});

test('a wrong key is no key, and never passed over for a cookie or a token', async () => {
  for (const headers of [{ 'X-API-Key': `${key}x` }, { 'X-API-Key': '' }, { Authorization: 'apikey ' }, { Authorization: `apikey ${key.slice(1)}` }]) {
    const answer = await server.rest('GET', '/rooms', { headers: { Cookie: 'kith=x', ...headers } });
    assert.equal(answer.status, 401, JSON.stringify(headers));
  }
  const beside = await server.rest('GET', '/rooms', { user: 'ann', headers: { 'X-API-Key': 'wrong' } });
  assert.deepEqual([beside.status, beside.body.detail], [401, "the API key is not this server's (http_api.key)"]);
  const bare = await new Server().start();
  assert.equal((await bare.rest('GET', '/rooms', { headers: { 'X-API-Key': '' } })).status, 401);
  await bare.stop();
});

test('a short key is refused at the start, with what to do, and no key stands in the log', async () => {
  await assert.rejects(new Server({ environment: { KITH_HTTP_API_KEY: 'short' } }).start(), /at least 32.*openssl rand/s);
  assert.ok(!server.errors.includes(key));
});
