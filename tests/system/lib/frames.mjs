// WebSocket frames by hand over a plain socket, for what no library would send.
import { randomBytes } from 'node:crypto';
import { connect } from 'node:net';
import { Waiters } from './states.mjs';

/** One masked frame. `form` forces the length's encoding: 7, 16 or 64 bits. */
export function frame(opcode, payload = '', { final = true, mask = randomBytes(4), form } = {}) {
  const bytes = Buffer.from(payload);
  const shape = form ?? (bytes.length < 126 ? 7 : bytes.length < 65536 ? 16 : 64);
  const head = Buffer.alloc(shape === 7 ? 2 : shape === 16 ? 4 : 10);
  head[0] = (final ? 0x80 : 0) | opcode;
  head[1] = 0x80 | (shape === 7 ? bytes.length : shape === 16 ? 126 : 127);
  if (shape === 16) head.writeUInt16BE(bytes.length, 2);
  if (shape === 64) head.writeBigUInt64BE(BigInt(bytes.length), 2);
  const masked = Buffer.from(bytes);
  for (let i = 0; i < masked.length; i += 1) masked[i] ^= mask[i % 4];
  return Buffer.concat([head, mask, masked]);
}

export const kContinuation = 0;
export const kText = 1;
export const kBinary = 2;
export const kClose = 8;
export const kPing = 9;
export const kPong = 10;

/** A text message cut into `count` fragments of about equal size. */
export function fragments(text, count) {
  const bytes = Buffer.from(text);
  const out = [];
  for (let i = 0; i < count; i += 1) {
    const part = bytes.subarray(Math.floor((bytes.length * i) / count), Math.floor((bytes.length * (i + 1)) / count));
    out.push(frame(i === 0 ? kText : kContinuation, part, { final: i === count - 1 }));
  }
  return out;
}

/** A socket after the handshake. What comes is cut into frames: {opcode, payload}. */
export class Frames {
  constructor(server) {
    this.frames = [];
    this.input = Buffer.alloc(0);
    this.head = undefined;
    this.waiters = new Waiters('the frame client');
    const { hostname, port, host } = new URL(server.url);
    this.socket = connect(Number(port), hostname);
    this.socket.setNoDelay(true);
    this.socket.on('error', () => {});
    this.closed = new Promise((resolve) => this.socket.once('close', () => {
      this.gone = true;
      this.waiters.wake();
      resolve();
    }));
    this.socket.on('data', (chunk) => {
      this.input = Buffer.concat([this.input, chunk]);
      while (this.takeFrame());
      this.waiters.wake();
    });
    this.socket.write(`GET /connection/websocket HTTP/1.1\r\nHost: ${host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n`
      + `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${randomBytes(16).toString('base64')}\r\n\r\n`);
  }

  static async open(server) {
    const here = new Frames(server);
    await here.until(() => here.head !== undefined || here.gone, 'the answer to the handshake');
    return here;
  }

  takeFrame() {
    if (this.head === undefined) {
      const end = this.input.indexOf('\r\n\r\n');
      if (end < 0) return false;
      this.head = this.input.subarray(0, end).toString();
      this.input = this.input.subarray(end + 4);
      return true;
    }
    if (this.input.length < 2) return false;
    let size = this.input[1] & 0x7f;
    let at = 2;
    if (size === 126) { at = 4; if (this.input.length < 4) return false; size = this.input.readUInt16BE(2); }
    else if (size === 127) { at = 10; if (this.input.length < 10) return false; size = Number(this.input.readBigUInt64BE(2)); }
    if (this.input.length < at + size) return false;
    this.frames.push({ opcode: this.input[0] & 0x0f, payload: this.input.subarray(at, at + size) });
    this.input = this.input.subarray(at + size);
    return true;
  }

  write(...parts) {
    this.socket.write(Buffer.concat(parts));
  }

  /** One byte per write, each left to the network before the next. */
  async drip(bytes) {
    for (const byte of bytes) {
      await new Promise((sent) => this.socket.write(Buffer.of(byte), sent));
    }
  }

  /** Replies and pushes that came in text frames. */
  get messages() {
    return this.frames.filter((one) => one.opcode === kText)
      .flatMap((one) => one.payload.toString().split('\n').filter(Boolean).map((line) => JSON.parse(line)));
  }

  async reply(id) {
    await this.until(() => this.gone || this.messages.some((message) => message.id === id), `the reply ${id}`);
    return this.messages.find((message) => message.id === id);
  }

  get pongs() {
    return this.frames.filter((one) => one.opcode === kPong).map((one) => one.payload.toString());
  }

  /** The code of the server's close frame, 0 for one without a code, undefined if there was none. */
  async closeCode() {
    const close = () => this.frames.find((one) => one.opcode === kClose);
    await this.until(() => this.gone || close() !== undefined, 'the close frame');
    if (close() === undefined) return undefined;
    return close().payload.length < 2 ? 0 : close().payload.readUInt16BE(0);
  }

  until(condition, what) {
    return this.waiters.until(condition, () => `has ${this.frames.length} frames`, what);
  }

  end() {
    this.socket.destroy();
    return this.closed;
  }
}
