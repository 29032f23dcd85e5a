// Frames no library would send: fragments, control frames of length zero, lengths in forms that are not allowed.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Frames, fragments, frame, kBinary, kClose, kContinuation, kPing, kPong, kText } from './lib/frames.mjs';
import { Server, token } from './lib/server.mjs';

let server;
let room;
before(async () => {
  server = await new Server().start();
  room = (await server.rest('POST', '/rooms', { user: 'ann', body: { name: 'Frames' } })).body.room.id;
});
after(() => server.stop());

const kLimit = 65536;
const zero = Buffer.alloc(4);

/** A connection on which `connect` was answered. */
async function connected() {
  const raw = await Frames.open(server);
  raw.write(frame(kText, JSON.stringify({ id: 1, connect: { token: token('ann') } })));
  assert.ok((await raw.reply(1)).connect);
  return raw;
}

/** A command of exactly so many bytes: an RPC that is padded by a field nobody knows. */
function commandOf(bytes, id = 2) {
  const [head, tail] = [`{"id":${id},"rpc":{"method":"room.get","data":{"room":"${room}","pad":"`, '"}}}'];
  return head + 'x'.repeat(bytes - head.length - tail.length) + tail;
}

const works = async (raw, id) => {
  raw.write(frame(kText, JSON.stringify({ id, rpc: { method: 'room.get', data: { room } } })));
  assert.equal((await raw.reply(id)).rpc.data.room.id, room);
};

test('K12: a large command in 1, 2 and 60,000 fragments is one command', async () => {
  for (const count of [1, 2, 60000]) {
    const raw = await connected();
    raw.write(...fragments(commandOf(60 * 1024), count));
    assert.equal((await raw.reply(2)).rpc?.data.room.id, room, `${count} fragments`);
    await works(raw, 3);
    await raw.end();
  }
});

test('K12: a ping between fragments is answered before the command is whole', async () => {
  const raw = await connected();
  const parts = fragments(commandOf(60 * 1024), 4);
  for (const [i, part] of parts.slice(0, 3).entries()) {
    raw.write(part, frame(kPing, `between ${i}`));
    await raw.until(() => raw.pongs.length === i + 1);
  }
  assert.deepEqual(raw.pongs, ['between 0', 'between 1', 'between 2']);
  raw.write(parts[3]);
  assert.ok((await raw.reply(2)).rpc);
});

test('K12: a cut inside a four-byte character or inside a header, and one byte per segment, change nothing', async () => {
  const text = 'an emoji 😀 in the middle';
  const command = Buffer.from(JSON.stringify({ id: 2, rpc: { method: 'chat.send', data: { room, text } } }));
  const inside = command.indexOf(Buffer.from('😀')) + 2;
  const raw = await connected();
  raw.write(frame(kText, command.subarray(0, inside), { final: false }), frame(kContinuation, command.subarray(inside)));
  const { seq } = (await raw.reply(2)).rpc.data;
  await raw.drip(frame(kText, JSON.stringify({ id: 3, rpc: { method: 'chat.get', data: { room, seq } } })));
  assert.equal((await raw.reply(3)).rpc.data.message.text, text);
  await raw.drip(frame(kText, commandOf(300, 4)));  // a header with a length of two bytes
  assert.ok((await raw.reply(4)).rpc);
});

test('K12: the largest message is taken; one byte more closes exactly that connection with 3501', async () => {
  const bystander = await connected();
  const exact = await connected();
  exact.write(frame(kText, commandOf(kLimit)));
  assert.ok((await exact.reply(2)).rpc);
  exact.write(...fragments(commandOf(kLimit, 3), 7));
  assert.ok((await exact.reply(3)).rpc);

  const tooLarge = {
    'in one frame': [frame(kText, commandOf(kLimit + 1))],
    'in small fragments': fragments(commandOf(kLimit + 1), 1000),
    'announced only': [Buffer.concat([Buffer.from([0x81, 0xff]), Buffer.from('7fffffffffffffff', 'hex'), zero])],
    'announced by a later fragment': [frame(kText, 'x', { final: false }), Buffer.concat([Buffer.from([0x80, 0xff]), Buffer.from('0000000000100000', 'hex'), zero])],
  };
  for (const [way, bytes] of Object.entries(tooLarge)) {
    const raw = await connected();
    raw.write(...bytes);
    assert.equal(await raw.closeCode(), 3501, way);
    await raw.end();
  }
  await works(bystander, 2);
});

test('K12: 4,000 emoji written as pairs of escapes are one message of 4,000 characters', async () => {
  const raw = await connected();
  const text = '\\ud83d\\ude00'.repeat(4000);
  raw.write(frame(kText, `{"id":2,"rpc":{"method":"chat.send","data":{"room":"${room}","text":"${text}"}}}`));
  const { seq } = (await raw.reply(2)).rpc.data;
  const shown = await server.rest('GET', `/rooms/${room}/messages/${seq}`, { user: 'ann' });
  assert.equal(shown.body.message.text, '😀'.repeat(4000));
});

test('K13: frames of length zero are what they are: pings get pongs, pongs nothing, a text that says nothing 3501', async () => {
  const raw = await connected();
  for (const mask of [undefined, zero]) {
    raw.write(frame(kPing, '', { mask }), frame(kPong, '', { mask }), frame(kPong, 'nobody asked', { mask }));
  }
  await raw.until(() => raw.pongs.length === 2);
  assert.deepEqual(raw.pongs, ['', '']);
  await works(raw, 2);
  raw.write(frame(kText, '', { mask: zero }));
  assert.equal(await raw.closeCode(), 3501);
});

test('K13: a thousand empty pings in one segment, and byte by byte, get a thousand pongs, and the next command its answer', async () => {
  const raw = await connected();
  const pings = Buffer.concat(Array.from({ length: 1000 }, () => frame(kPing, '', { mask: zero })));
  raw.write(pings);
  await raw.until(() => raw.pongs.length === 1000);
  await works(raw, 2);
  await raw.drip(pings);
  await raw.until(() => raw.pongs.length === 2000);
  await works(raw, 3);
});

test('K13: a ping gets back exactly what it carried, up to 125 bytes', async () => {
  const raw = await connected();
  for (const payload of ['x', 'y'.repeat(125), '{}']) raw.write(frame(kPing, payload));
  await raw.until(() => raw.pongs.length === 3);
  assert.deepEqual(raw.pongs, ['x', 'y'.repeat(125), '{}']);
});

test('K13: empty fragments are legal anywhere in a message', async () => {
  const raw = await connected();
  const command = JSON.stringify({ id: 2, rpc: { method: 'room.get', data: { room } } });
  raw.write(frame(kText, '', { final: false }), frame(kContinuation, command, { final: false }), frame(kContinuation, '', { final: false }), frame(kContinuation, ''));
  assert.ok((await raw.reply(2)).rpc);
});

test('K13: JSON is taken from binary frames too', async () => {
  const raw = await connected();
  raw.write(frame(kBinary, JSON.stringify({ id: 2, rpc: { method: 'room.get', data: { room } } })));
  assert.ok((await raw.reply(2)).rpc);
});

test('K13: a close is answered with its own code, and without a code with an ordinary one', async () => {
  const code = (number) => Buffer.of(number >> 8, number & 0xff);
  for (const [payload, answer] of [[code(1000), 1000], [code(1001), 1001], [code(3000), 3000], [code(4999), 4999], ['', 1000]]) {
    const raw = await connected();
    raw.write(frame(kClose, payload));
    assert.equal(await raw.closeCode(), answer);
    await raw.closed;
  }
});

test('K13: illegal frames close with the code that says why', async () => {
  const unmasked = Buffer.from([0x81, 0x02, 0x7b, 0x7d]);
  const illegal = {
    'a length of 16 bits that fits in 7': [1002, frame(kText, '{}', { form: 16 })],
    'a length of 64 bits that fits in 16': [1002, frame(kText, 'x'.repeat(200), { form: 64 })],
    'a ping with a long length': [1002, frame(kPing, 'x', { form: 16 })],
    'a ping of 126 bytes': [1002, frame(kPing, 'x'.repeat(126))],
    'a fragmented ping': [1002, frame(kPing, 'x', { final: false })],
    'no mask': [1002, unmasked],
    'a reserved bit': [1002, Buffer.concat([Buffer.from([0xc1]), frame(kText, '{}').subarray(1)])],
    'an unknown opcode': [1002, frame(3, 'x')],
    'a continuation of nothing': [1002, frame(kContinuation, 'x')],
    'a text inside a text': [1002, frame(kText, '{', { final: false }), frame(kText, '}')],
    'a close code of one byte': [1002, frame(kClose, 'x')],
    'a close code that may not be sent': [1002, frame(kClose, Buffer.of(1005 >> 8, 1005 & 0xff))],
    'a text that is not UTF-8': [1007, frame(kText, Buffer.from([0xff, 0xfe]))],
    'a surrogate in UTF-8': [1007, frame(kText, Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22]))],
    'a text that ends inside a character': [1007, frame(kText, Buffer.from('😀').subarray(0, 2))],
  };
  const bystander = await connected();
  for (const [what, [code, ...bytes]] of Object.entries(illegal)) {
    const raw = await connected();
    raw.write(...bytes);
    assert.equal(await raw.closeCode(), code, what);
    await raw.end();
  }
  await works(bystander, 2);
});
