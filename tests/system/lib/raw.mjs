// A client that speaks the protocol by hand: every byte it sends is the test's own choice.
import WebSocket from 'ws';
import { Waiters } from './states.mjs';
import { token } from './token.mjs';

export class Raw {
  constructor(server, { headers = {}, protocols = [], origin, query = '' } = {}) {
    this.messages = [];  // replies and pushes in the order in which they came
    this.lastId = 0;
    this.pings = 0;
    this.answersPings = true;
    this.waiters = new Waiters('the raw client');
    this.socket = new WebSocket(server.websocket + query, protocols, { headers, origin });
    server.clients.push(() => this.socket.terminate());
    this.closed = new Promise((resolve) => this.socket.once('close', (code, reason) => {
      this.ended = { code, reason: reason.toString() };
      this.waiters.wake();
      resolve(this.ended);
    }));
    this.opened = new Promise((resolve, reject) => {
      this.socket.once('open', () => resolve(this));
      this.socket.once('error', reject);
      this.socket.once('unexpected-response', (request, response) => {
        response.resume();
        reject(Object.assign(new Error(`refused with ${response.statusCode}`), { status: response.statusCode }));
      });
    });
    this.socket.on('error', () => {});
    this.socket.on('message', (data) => {
      for (const line of data.toString().split('\n').filter(Boolean)) this.took(line);
      this.waiters.wake();
    });
  }

  took(line) {
    if (line === '{}') {
      this.pings += 1;
      if (this.answersPings) this.text('{}');
      return;
    }
    this.messages.push(JSON.parse(line));
  }

  static open(server, options) {
    return new Raw(server, options).opened;
  }

  /** Open and connected as `user`; `request` may add positions or data. */
  static async connected(server, user, request = {}) {
    const raw = await Raw.open(server);
    raw.hello = await raw.ask({ connect: { token: token(user), ...request } });
    if (raw.hello.error) throw new Error(`connect was refused: ${JSON.stringify(raw.hello.error)}`);
    return raw;
  }

  text(text) {
    this.socket.send(text);
  }

  /** Sends commands in one frame, without waiting. */
  send(...commands) {
    this.text(commands.map((command) => JSON.stringify(command)).join('\n'));
  }

  /** Gives the command the next id and resolves with the reply of that id. */
  async ask(command) {
    const id = ++this.lastId;
    this.send({ id, ...command });
    return this.reply(id);
  }

  async reply(id) {
    const found = () => this.messages.find((message) => message.id === id);
    await this.until(() => found() !== undefined || this.ended !== undefined, `the reply ${id}`);
    if (found() === undefined) throw new Error(`closed with ${this.ended.code} instead of the reply ${id}`);
    return found();
  }

  rpc(method, data = {}) {
    return this.ask({ rpc: { method, data } });
  }

  /** What was published on a channel so far: signals too, unless they are left out. */
  publications(channel) {
    return this.messages.filter((message) => message.push?.channel === channel && message.push.pub).map((message) => message.push.pub);
  }

  until(condition, what) {
    return this.waiters.until(condition, () => `has ${JSON.stringify(this.messages.slice(-4))}`, what);
  }

  close() {
    this.socket.close();
    return this.closed;
  }

  /** The cable is pulled: no close frame. */
  drop() {
    this.socket.terminate();
    return this.closed;
  }
}
