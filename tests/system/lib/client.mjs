// A person with the official client, who remembers everything that came, in order.
import { Centrifuge } from 'centrifuge';
import WebSocket from 'ws';
import { kDeadlineMs } from './states.mjs';
import { nonce, token } from './token.mjs';

export class Client {
  constructor(server, user, { mode = 'personal', data, options = {}, websocket } = {}) {
    this.user = user;
    this.log = [];          // {channel, ...publication data}
    this.events = [];       // {channel, kind, ...}
    this.waiting = [];
    this.centrifuge = new Centrifuge(websocket ?? server.websocket, {
      websocket: WebSocket,
      getToken: async () => token(user),
      data: data ?? { kith: { subscriptions: mode } },
      minReconnectDelay: 10,
      maxReconnectDelay: 100,
      timeout: 10000,
      ...options,
    });
    server.clients.push(() => this.disconnect());
    const c = this.centrifuge;
    c.on('publication', (ctx) => this.heard(ctx));
    for (const kind of ['subscribed', 'unsubscribed', 'subscribing', 'join', 'leave']) {
      c.on(kind, (ctx) => this.happened(ctx.channel, kind, ctx));
    }
    for (const kind of ['connected', 'connecting', 'disconnected', 'error']) {
      c.on(kind, (ctx) => this.happened('', kind, ctx));
    }
  }

  heard(ctx) {
    this.log.push({ channel: ctx.channel, pubOffset: ctx.offset, ...ctx.data });
    this.wake();
  }

  happened(channel, kind, ctx) {
    this.events.push({ channel, kind, ...ctx });
    this.wake();
  }

  wake() {
    this.waiting = this.waiting.filter(({ condition, resolve }) => {
      if (!condition()) return true;
      resolve();
      return false;
    });
  }

  /** Waits for a state, never for a time: the test's own deadline bounds it. */
  until(condition, what = condition.toString()) {
    if (condition()) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`${this.user} waited in vain for ${what}; log ${JSON.stringify(this.log.slice(-5))}`)), kDeadlineMs);
      this.waiting.push({ condition, resolve: () => { clearTimeout(timer); resolve(); } });
    });
  }

  async connect() {
    this.centrifuge.connect();
    await this.centrifuge.ready(kDeadlineMs);
    return this;
  }

  /** A textbook client-side subscription. */
  async subscribe(channel, options = {}) {
    const subscription = this.centrifuge.newSubscription(channel, { minResubscribeDelay: 10, maxResubscribeDelay: 100, ...options });
    subscription.on('publication', (ctx) => this.heard(ctx));
    for (const kind of ['subscribed', 'unsubscribed', 'subscribing', 'error', 'join', 'leave']) {
      subscription.on(kind, (ctx) => this.happened(channel, kind, ctx));
    }
    subscription.subscribe();
    await subscription.ready(kDeadlineMs);
    return subscription;
  }

  /** The result, or an Error with code and message. */
  async rpc(method, data = {}) {
    return (await this.centrifuge.rpc(method, data)).data;
  }

  /** The error's code and name of a call that must fail. */
  async refused(method, data = {}) {
    try {
      const result = await this.rpc(method, data);
      throw new Error(`${method} was answered: ${JSON.stringify(result)}`);
    } catch (error) {
      if (error.code === undefined) throw error;
      return { code: error.code, message: error.message };
    }
  }

  send(room, text, more = {}) {
    return this.rpc('chat.send', { room, text, nonce: nonce(), ...more });
  }

  /** Entries (not signals) heard on a channel, as "type:text or detail". */
  entries(channel) {
    return this.log.filter((item) => item.channel === channel && item.offset !== undefined);
  }

  disconnect() {
    this.centrifuge.disconnect();
  }
}
