// A Redis server of a test's own, and a connection that asks it as any other program would.
import { spawn } from 'node:child_process';
import { connect } from 'node:net';
import { freePort } from './ports.mjs';

const running = new Set();
process.on('exit', () => running.forEach((child) => child.kill('SIGKILL')));

export class Redis {
  /** Resolves once it answers; again after kill(): empty, on the same port. */
  async start() {
    this.port ??= await freePort();
    this.process = spawn('redis-server', ['--port', String(this.port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', '/tmp'],
      { stdio: ['ignore', 'pipe', 'inherit'] });
    running.add(this.process);
    this.exited = new Promise((done) => this.process.once('exit', done));
    await new Promise((resolve, reject) => {
      let log = '';
      this.process.stdout.on('data', (chunk) => {
        log += chunk;
        if (log.includes('eady to accept connections')) resolve();
      });
      this.exited.then(() => reject(new Error(`redis-server ended: ${log}`)));
    });
    return this;
  }

  get url() {
    return `redis://127.0.0.1:${this.port}`;
  }

  async kill() {
    this.process.kill('SIGKILL');
    await this.exited;
    running.delete(this.process);
  }

  /** One command over a connection of its own; replies as strings, numbers and arrays. A character is a byte. */
  ask(...words) {
    return new Promise((resolve, reject) => {
      const socket = connect(this.port, '127.0.0.1');
      let bytes = '';
      socket.setEncoding('latin1');
      socket.on('error', reject);
      socket.on('data', (chunk) => {
        bytes += chunk;
        const read = reply(bytes, 0);
        if (read === undefined) return;
        socket.destroy();
        if (read.value instanceof Error) reject(read.value);
        else resolve(read.value);
      });
      socket.write(request(words), 'latin1');
    });
  }

  /** Hears what is published on the channels from now on; `heard(channel, bytes)`. Returns how to end it. */
  listen(channels, heard) {
    return new Promise((resolve, reject) => {
      const socket = connect(this.port, '127.0.0.1');
      let bytes = '';
      let confirmed = 0;
      socket.setEncoding('latin1');
      socket.on('error', reject);
      socket.on('data', (chunk) => {
        bytes += chunk;
        for (let read; (read = reply(bytes, 0)) !== undefined; bytes = bytes.slice(read.end)) {
          const [what, channel, data] = read.value;
          if (what === 'message') heard(channel, data);
          else if ((confirmed += 1) === channels.length) resolve(() => socket.destroy());
        }
      });
      socket.write(request(['SUBSCRIBE', ...channels]), 'latin1');
    });
  }
}

function request(words) {
  return `*${words.length}\r\n${words.map((word) => `$${word.length}\r\n${word}\r\n`).join('')}`;
}

// The value that begins at `at`, and where it ends; nothing while it is not whole.
function reply(bytes, at) {
  const end = bytes.indexOf('\r\n', at);
  if (end < 0) return undefined;
  const line = bytes.slice(at + 1, end);
  switch (bytes[at]) {
    case '+': return { value: line, end: end + 2 };
    case '-': return { value: new Error(line), end: end + 2 };
    case ':': return { value: Number(line), end: end + 2 };
    case '$': {
      if (line === '-1') return { value: null, end: end + 2 };
      const stop = end + 2 + Number(line);
      return bytes.length < stop + 2 ? undefined : { value: bytes.slice(end + 2, stop), end: stop + 2 };
    }
    default: {
      const value = [];
      let next = end + 2;
      for (let i = 0; i < Number(line); ++i) {
        const item = reply(bytes, next);
        if (item === undefined) return undefined;
        value.push(item.value);
        next = item.end;
      }
      return { value, end: next };
    }
  }
}
