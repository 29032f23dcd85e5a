// Two servers on one MongoDB and one Redis of their own, to be used like one: each client, each REST call and
// each line goes to the next of them.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Node, databaseOf } from './node.mjs';
import { Redis } from './redis.mjs';

export class Cluster {
  constructor({ flags = [], environment = {}, nodes = 2 } = {}) {
    this.folder = mkdtempSync(join(tmpdir(), 'kith-cluster-'));
    this.redis = new Redis();
    this.clients = [];  // ended with the cluster
    this.turn = 0;
    this.settings = { flags, environment };
    this.nodes = Array.from({ length: nodes }, (_, i) => new Node({ folder: join(this.folder, `node-${i}`), flags }));
  }

  /** Again after kill(): on the same ports, with the same store and Redis. */
  async start() {
    if (this.redis.process === undefined) await this.redis.start();
    const { url } = this.redis;
    for (const node of this.nodes) {
      node.environment = { KITH_STORE_URI: databaseOf(this.folder), KITH_REDIS_PRESENCE: url, KITH_REDIS_BROKER: url, ...this.settings.environment };
    }
    await Promise.all(this.nodes.map((node) => node.start()));
    return this;
  }

  async kill(signal) {
    await Promise.all(this.nodes.map((node) => node.kill(signal)));
  }

  async stop() {
    for (const end of this.clients) end();
    const ended = await Promise.allSettled(this.nodes.map((node) => node.stop()));
    if (this.redis.process !== undefined) await this.redis.kill();
    rmSync(this.folder, { recursive: true, force: true });
    const failed = ended.find(({ status }) => status === 'rejected');
    if (failed) throw failed.reason;
  }

  next() {
    this.turn += 1;
    return this.nodes[this.turn % this.nodes.length];
  }

  get url() {
    return this.next().url;
  }

  get websocket() {
    return this.next().websocket;
  }

  rest(...call) {
    return this.next().rest(...call);
  }
}
