// K14: names that look equal differ in composition; invisible direction marks let one person carry another's name.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Client } from './lib/client.mjs';
import { Raw } from './lib/raw.mjs';
import { Server, nonce, token } from './lib/server.mjs';

let server;
let ann;
let room;
before(async () => {
  server = await new Server().start();
  ann = await new Client(server, 'ann').connect();
  room = (await ann.rpc('room.create', { name: 'Text' })).room.id;
});
after(() => server.stop());

const stored = async (text, more = {}) => {
  const { seq } = await ann.send(room, text, more);
  return (await ann.rpc('chat.get', { room, seq })).message.text;
};
const named = async (name) => (await ann.rpc('room.create', { name })).room.name;
const register = (handle, name = handle) => server.rest('POST', '/register', {
  body: { handle, display_name: name, password: 'correct horse battery' }, headers: { Origin: server.url },
});

test('K14: composed and decomposed letters are one text, also when a retry is compared', async () => {
  assert.equal(await stored('cafe\u0301'), 'caf\u00e9');
  assert.equal(await stored('\u1112\u1161\u11ab'), '\ud55c');
  assert.equal(await named('Cafe\u0301'), 'Caf\u00e9');
  const key = nonce();
  const first = await ann.rpc('chat.send', { room, text: 'na\u00efve', nonce: key });
  const second = await ann.rpc('chat.send', { room, text: 'nai\u0308ve', nonce: key });
  assert.deepEqual([second.seq, second.duplicate], [first.seq, true]);
  assert.deepEqual(await ann.rpc('chat.edit', { room, seq: first.seq, text: 'nai\u0308ve' }), { changed: false });
});

test('K14: a handle that is equal after normalisation, or differs only invisibly, is the same handle', async () => {
  assert.equal((await register('adalove')).status, 201);
  for (const twin of ['AdaLove', 'ada\u200blove', 'ada\u200elove', 'ada\u202elove', '\uff41dalove', 'adalove\ufe0f', 'ada\u00adlove', '\u2060adalove']) {
    const answer = await register(twin);
    assert.ok(answer.status === 409 || answer.status === 422, `${JSON.stringify(twin)} ${answer.status}`);
    assert.equal(answer.body.errors?.[0].pointer, '/handle');
  }
  for (const foreign of ['\u0430dalove', 'ada love', 'caf\u00e9', 'cafe\u0301', '\ud83d\ude00\ud83d\ude00', '\ud55c\uad6d']) assert.equal((await register(foreign)).status, 422, foreign);
});

test('K14: invisible marks fall out of names, so that none can turn the rest of a line', async () => {
  for (const mark of ['\u200e', '\u200f', '\u202a', '\u202e', '\u2066', '\u2069', '\u200b', '\u2060', '\ufeff', '\u00ad', '\u061c']) {
    assert.equal(await named(`Gar${mark}den${mark}`), 'Garden', JSON.stringify(mark));
  }
  const { status, body } = await register('turner', '\u202eAda\u200b  L.\u2003');
  assert.deepEqual([status, body.user.name], [201, 'Ada L.']);
  for (const nothing of ['\u200b', '\u202e\u202c', '\u2800', '\u3164', ' \u00a0 ']) {
    assert.equal((await ann.refused('room.create', { name: nothing })).message, 'bad_request:name', JSON.stringify(nothing));
    assert.equal((await register('nobody', nothing)).body.errors[0].pointer, '/display_name');
  }
});

test('K14: emoji keep what joins them: families, flags, skin tones, keycaps', async () => {
  for (const emoji of ['👨‍👩‍👧‍👦', '🏳️‍🌈', '🇩🇪', '👍🏽', '🏴󠁧󠁢󠁥󠁮󠁧󠁿', '❤️', '1️⃣']) {
    assert.equal(await named(`x${emoji}y`), `x${emoji}y`);
    assert.equal(await stored(emoji), emoji);
  }
});

test('K14: limits count code points after normalisation, and nothing is cut inside a character', async () => {
  assert.equal(await stored('e\u0301'.repeat(4000)), '\u00e9'.repeat(4000));
  assert.equal((await ann.refused('chat.send', { room, text: '\u00e9'.repeat(4001) })).code, 1007);
  assert.equal(await named('e\u0301'.repeat(64)), '\u00e9'.repeat(64));
  assert.equal((await ann.refused('room.create', { name: '\u00e9'.repeat(65) })).code, 107);
  assert.equal((await ann.refused('chat.send', { room, text: '👨‍👩‍👧‍👦'.repeat(600) })).code, 1007);
});

test('K14: 300 combining marks are a message of 301 characters, and no name', async () => {
  const tower = `Z${'\u0335'.repeat(300)}`;
  assert.equal(await stored(tower), tower);
  assert.equal((await ann.refused('room.create', { name: tower })).message, 'bad_request:name');
  assert.equal((await register('zalgo', tower)).body.errors[0].pointer, '/display_name');
});

test('K14: U+0000 and other controls are refused, line feeds and tabs belong to messages only', async () => {
  for (const control of ['\u0000', '\u0007', '\u001b', '\r']) {
    assert.equal((await ann.refused('chat.send', { room, text: `a${control}b` })).message, 'bad_request:text', JSON.stringify(control));
    assert.equal((await ann.refused('room.create', { name: `a${control}b` })).message, 'bad_request:name');
    assert.equal((await register(`a${control}b`)).status, 422);
  }
  assert.equal(await stored('a\n\tb'), 'a\n\tb');
  for (const blank of ['', ' ', '\n\t', '\u200b', '\u2003\u3000']) assert.equal((await ann.refused('chat.send', { room, text: blank })).message, 'bad_request:text', JSON.stringify(blank));
});

test('K14: direction marks stay in a message, whose author writes them, and his name cannot carry them there', async () => {
  assert.equal(await stored('\u05e9\u05dc\u05d5\u05dd\u200f!'), '\u05e9\u05dc\u05d5\u05dd\u200f!');
  const { seq } = await ann.send(room, 'x');
  const { users } = await ann.rpc('chat.get', { room, seq });
  assert.equal(users.ann.name, 'ann');
});

test('K14: a lone surrogate is refused as text, and the connection that sent it lives', async () => {
  const raw = await Raw.connected(server, 'ann');
  for (const [id, text] of [[7, '\\ud800'], [8, 'a\\udc00b'], [9, '\\ud83dx']]) {
    raw.text(`{"id":${id},"rpc":{"method":"chat.send","data":{"room":"${room}","text":"${text}"}}}`);
    assert.deepEqual((await raw.reply(id)).error, { code: 107, message: 'bad_request' });
  }
  assert.ok((await raw.ask({ rpc: { method: 'room.get', data: { room } } })).rpc);
  const rest = await server.rest('POST', `/rooms/${room}/messages`, { user: 'ann', body: { text: '\ud800' } });
  assert.equal(rest.status, 422);
});

test('K14: the name of a host user is cleaned like any other', async () => {
  const raw = await Raw.open(server);
  const { connect } = await raw.ask({ connect: { token: token('turned', { info: { name: '\u202eevil\u200b name' } }) } });
  assert.equal(connect.data.kith.user.name, 'evil name');
});
