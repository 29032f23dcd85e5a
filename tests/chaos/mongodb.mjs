// Just enough of MongoDB's protocol to give its server a command: one OP_MSG there and one back.
import { connect } from 'node:net';

function typed(value) {
  if (typeof value === 'string') {
    const text = Buffer.from(`${value}\0`);
    return [2, int32(text.length), text];
  }
  if (typeof value === 'boolean') return [8, Buffer.from([Number(value)])];
  if (typeof value === 'number') return [16, int32(value)];
  return [Array.isArray(value) ? 4 : 3, bson(value)];
}

function int32(number) {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32LE(number);
  return bytes;
}

function bson(object) {
  const fields = Object.entries(object).flatMap(([key, value]) => {
    const [type, ...bytes] = typed(value);
    return [Buffer.from([type]), Buffer.from(`${key}\0`), ...bytes];
  });
  const body = Buffer.concat([...fields, Buffer.from([0])]);
  return Buffer.concat([int32(body.length + 4), body]);
}

const kOpMsg = 2013;
const done = Buffer.concat([Buffer.from('\x01ok\0'), Buffer.from([0, 0, 0, 0, 0, 0, 0xf0, 0x3f])]);

/** Whether the server did it. */
export function command(port, words) {
  const message = Buffer.concat([int32(0), Buffer.from([0]), bson({ ...words, $db: 'admin' })]);
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    let reply = Buffer.alloc(0);
    socket.on('error', reject);
    socket.on('data', (chunk) => {
      reply = Buffer.concat([reply, chunk]);
      if (reply.length < 4 || reply.length < reply.readInt32LE()) return;
      socket.destroy();
      resolve(reply.includes(done));
    });
    socket.write(Buffer.concat([int32(message.length + 16), int32(1), int32(0), int32(kOpMsg), message]));
  });
}
