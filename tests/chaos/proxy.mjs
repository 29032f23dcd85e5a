// A TCP proxy that does what bad lines do: delays, stalls, cuts at a byte, goes half-open, resets, trickles.
import net from 'node:net';

/**
 * What befalls one connection:
 *   cutDown, cutUp   ends after so many bytes to the client, to the server
 *   how              'reset' | 'end' | 'silent' (half-open: nothing more passes, nobody is told)
 *   delay            ms for each chunk, both ways
 *   hold             ms until the line reaches the server at all
 *   up               (chunk, line) => the chunk to pass on to the server, or nothing
 *   rate             bytes per second to the client
 */
export class Proxy {
  /** @param target the server's port, asked anew for each connection. @param plan faults of the next connection. */
  constructor(target, plan = () => ({})) {
    this.target = target;
    this.plan = plan;
    this.lines = new Set();
    this.cuts = 0;
    this.refusing = false;
    this.server = net.createServer((client) => this.accept(client));
  }

  async listen() {
    await new Promise((done) => this.server.listen(0, '127.0.0.1', done));
    return this;
  }

  get port() { return this.server.address().port; }
  get websocket() { return `ws://127.0.0.1:${this.port}/connection/websocket`; }

  accept(client) {
    if (this.refusing) return void client.destroy();
    const faults = this.plan();
    client.on('error', () => client.destroy());
    if (!faults.hold) return this.join(client, faults);
    setTimeout(() => client.destroyed || this.join(client, faults), faults.hold);
  }

  /** From here on nothing befalls a line: not those that stand, nor those that are still held. */
  heal() {
    this.healed = true;
    for (const line of this.lines) line.faults = {};
  }

  join(client, planned) {
    const faults = this.healed ? {} : planned;
    const line = new Line(client, net.connect(this.target(), '127.0.0.1'), faults, () => { this.cuts += 1; });
    this.lines.add(line);
    line.gone = () => this.lines.delete(line);
  }

  /** From now on on all lines, also those that stand. */
  befall(faults) {
    this.plan = () => ({ ...faults });
    for (const line of this.lines) line.faults = { ...faults };
  }

  cutAll(how) {
    for (const line of this.lines) line.cut(how);
  }

  /** From now on it accepts, and delivers nothing: also not what was sent over the lines of now, when it ends. */
  mute() {
    this.plan = () => ({ cutUp: 0, cutDown: 0, how: 'silent' });
    this.cutAll('silent');
  }

  unmute() { this.befall({}); }

  async close() {
    for (const line of this.lines) line.destroy();
    await new Promise((done) => this.server.close(done));
  }
}

class Line {
  constructor(client, server, faults, onCut) {
    Object.assign(this, { client, server, faults, onCut, down: 0, up: 0, silent: false, gone: () => {} });
    for (const socket of [client, server]) {
      socket.setNoDelay(true);
      socket.on('error', () => this.destroy());
      socket.on('close', () => this.destroy());
    }
    server.on('data', (chunk) => this.pass(chunk, 'down', client, server, this.faults.cutDown));
    client.on('data', (chunk) => this.pass(chunk, 'up', server, client, this.faults.cutUp));
  }

  pass(chunk, way, to, from, limit = Infinity) {
    if (this.silent) return;
    if (way === 'up' && this.faults.up) {
      chunk = this.faults.up(chunk, this);
      if (chunk === undefined) return;
    }
    const room = limit - this[way];
    this[way] += Math.min(chunk.length, room);
    if (chunk.length >= room) {
      if (room > 0) to.write(chunk.subarray(0, room));
      return this.cut(this.faults.how);
    }
    this.forward(chunk, way, to, from);
  }

  forward(chunk, way, to, from) {
    const { delay = 0, rate } = this.faults;
    const slow = rate !== undefined && way === 'down' ? (chunk.length / rate) * 1000 : 0;
    const write = () => {
      if (to.destroyed || to.write(chunk)) return;
      from.pause();
      to.once('drain', () => !this.stalled && from.resume());
    };
    if (delay + slow === 0) return write();
    from.pause();
    setTimeout(() => {
      write();
      if (!this.stalled) from.resume();
    }, delay + slow);
  }

  /** Nothing more is read from the server: its queue for this client grows. */
  stall() {
    this.stalled = true;
    this.server.pause();
  }

  resume() {
    this.stalled = false;
    this.server.resume();
  }

  cut(how = 'reset') {
    if (this.isCut) return;
    this.isCut = true;
    this.onCut();
    if (how === 'silent') {
      this.silent = true;
    } else if (how === 'end') {
      this.silent = true;
      this.client.end(() => this.destroy());
      this.server.end();
    } else {
      this.client.resetAndDestroy();
      this.server.resetAndDestroy();
    }
  }

  destroy() {
    this.client.destroy();
    this.server.destroy();
    this.gone();
  }
}
