// D12: a kick from a group while its rooms are full of talk, his own too. Nothing later than the kick reaches who was
// kicked, on any connection, in none of the group's rooms, and nothing more is taken from him. Later is what the store
// took later, by the times it gave, and within one of its milliseconds what was said by who had seen him go.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Client } from '../system/lib/client.mjs';
import { Raw } from '../system/lib/raw.mjs';
import { Server, nonce, token } from '../system/lib/server.mjs';
import { long, seeded } from './random.mjs';
import { mustAgree, settled } from './stored.mjs';

const rounds = Number(process.env.KITH_ROUNDS ?? (long ? 200 : 20));
const corners = 5;
const all = { data: { kith: { subscriptions: 'all' } } };

let server;
let owner;
let friend;
before(async () => {
  server = await new Server({ flags: ['--drain.timeout=0', '--limits.rooms_per_user=10000'] }).start();
  owner = await new Client(server, 'owner').connect();
  friend = await new Client(server, 'friend').connect();
});
after(() => server.stop());

const overRest = async (user, path, body) => {
  const answer = await server.rest('POST', path, { user, body, headers: { 'Idempotency-Key': nonce() } });
  return answer.status < 300 ? answer.body : { refused: answer.body.code };
};
const overRpc = (client, room, text) => client.send(room, text).catch((error) => {
  if (error.code === undefined) throw error;
  return { refused: error.message };
});

// A subscribe's answer does not name its channel: it is kept by the id.
function subscribeBy(raw, subscribe) {
  raw.asked ??= new Map();
  raw.send({ id: ++raw.lastId, subscribe });
  raw.asked.set(raw.lastId, subscribe.channel);
  return raw.lastId;
}

// One group with its rooms, and who will be kicked from it: he speaks on one connection and over REST, and hears on others.
class Round {
  constructor(name, random, arriving) {
    Object.assign(this, { random, name, arriving, sends: [], accepted: 0, kicked: undefined, ears: [], farewells: [], said: new Map() });
    this.started = new Promise((start) => { this.start = start; });
    this.enough = random.whole(3, 25);
  }

  async open() {
    const { group } = await owner.rpc('group.create', { name: 'Loud', nonce: nonce() });
    const made = await Promise.all(Array.from({ length: corners }, () => owner.rpc('room.create', { name: 'Corner', group: group.id, nonce: nonce() })));
    this.group = group.id;
    this.rooms = [group.id, ...made.map(({ room }) => room.id)];
    this.channels = [`group:${group.id}`, ...this.rooms.map((id) => `room:${id}`)];
    for (const user of ['friend', this.name]) {
      await overRest(user, `/groups/${group.id}/join`, {});
      for (const { room } of made) await overRest(user, `/rooms/${room.id}/join`, {});
    }
    this.watch = await friend.subscribe(this.channels[0]);
    this.watch.on('publication', ({ data }) => { if (data.type === 'member.left') this.goes(); });
    this.mouth = await new Client(server, this.name).connect();
    const everywhere = await Raw.connected(server, this.name, all);
    const textbook = await Raw.connected(server, this.name);
    for (const channel of this.channels) {
      const { subscribe } = await textbook.reply(subscribeBy(textbook, { channel }));
      assert.ok(subscribe, channel);
      this.positions = { ...this.positions, [channel]: { recover: true, epoch: subscribe.epoch, offset: 1 } };
    }
    this.ears.push(everywhere, textbook);
    return this;
  }

  // Speaks until he has been refused some times for being out.
  async talk(say) {
    for (let late = 0, i = 0; late < 4; i += 1) {
      const send = { room: this.rooms[i % this.rooms.length], begun: performance.now() };
      if (this.kicked !== undefined) late += 1;
      const { refused, offset } = await say(send.room, `of ${this.name} ${i}`);
      this.sends.push({ ...send, refused, offset });
      if (refused !== undefined) continue;
      this.accepted += 1;
      if (this.accepted >= this.enough) this.start();
    }
  }

  // Connections that come while he is put out: with all that is his, with old positions, and one channel at a time.
  async arrive() {
    for (let i = 0; this.arriving && i < 4; i += 1) {
      const raw = await Raw.open(server);
      this.ears.push(raw);
      const connect = { token: token(this.name), ...(i === 3 ? {} : all), ...(i === 1 && { subs: this.positions }) };
      raw.send({ id: ++raw.lastId, connect });
      if (i === 3) for (const channel of this.channels) subscribeBy(raw, { channel, ...this.positions[channel] });
    }
  }

  async run() {
    const voices = [0, 1].flatMap(() => [
      this.talk((room, text) => overRpc(this.mouth, room, text)),
      this.talk((room, text) => overRest(this.name, `/rooms/${room}/messages`, { text })),
    ]);
    const others = [owner, friend].map((client) => this.talkOn(client));
    await this.started;
    const arrivals = this.random.chance(0.5) ? [this.arrive()] : [];
    if (this.random.chance(0.5)) await arrivals[0];
    const kick = this.random.chance(0.5)
      ? owner.rpc('group.kick', { group: this.group, user: this.name, nonce: nonce() })
      : overRest('owner', `/groups/${this.group}/members/${this.name}/kick`, {});
    if (arrivals.length === 0) arrivals.push(this.arrive());
    const { offset } = await kick;
    assert.ok(offset > 0);
    this.kicked = performance.now();
    await Promise.all([...voices, ...others, ...arrivals]);
    await friend.until(() => friend.entries(this.channels[0]).some((entry) => entry.type === 'member.left'));
    await Promise.all(this.farewells);
    friend.centrifuge.removeSubscription(this.watch);
    await this.listen();
  }

  // Somebody who stays: he speaks in both rooms, before the kick and well after it.
  async talkOn(client) {
    for (let late = 0, i = 0; late < 8; i += 1) {
      if (this.kicked !== undefined) late += 1;
      assert.equal((await overRpc(client, this.rooms[i % this.rooms.length], `of ${client.user}`)).refused, undefined);
    }
  }

  // Who sees him go says so everywhere, at once.
  goes() {
    for (const room of this.rooms) this.farewells.push(friend.send(room, 'gone').then(({ offset }) => { this.said.set(`room:${room}`, offset); }));
  }

  // His connections live; what they are answered now stands behind all that was sent to them.
  async listen() {
    for (const raw of this.ears) assert.ok((await raw.rpc('room.list')).rpc, 'the connection is open');
    for (const room of this.rooms) assert.equal((await this.ears[0].rpc('chat.history', { room })).error.message, 'not_found');
    for (const channel of this.channels) {
      for (const command of [{ subscribe: { channel, ...this.positions[channel] } }, { history: { channel, limit: -1 } }, { presence: { channel } }]) {
        assert.equal((await this.ears.at(-1).ask(command)).error?.code, 103, JSON.stringify(command));
      }
    }
    this.mouth.disconnect();
    await Promise.all(this.ears.map((raw) => raw.close()));
  }

  judge(now) {
    const left = (scope) => now.logs.get(scope).find((entry) => entry.type === 'member.left' && entry.user === this.name);
    const { at } = left(this.channels[0]);
    for (const send of this.sends) {
      if (send.begun > this.kicked) assert.equal(send.refused, 'not_found', 'a send after the kick was answered');
      else assert.ok([undefined, 'not_found'].includes(send.refused), send.refused);
    }
    for (const channel of this.channels) {
      const log = now.logs.get(channel);
      const later = log.filter((entry) => entry.actor === this.name && entry.type === 'message.created' && (entry.at > at || entry.offset > left(channel).offset));
      assert.deepEqual(later, [], `taken from him after the kick in ${channel}`);
      for (const [i, raw] of this.ears.entries()) {
        this.judgeEar(raw, `${channel}, connection ${i}`, channel, log, { end: Math.min(left(channel).offset, this.said.get(channel) ?? Infinity), at });
      }
    }
  }

  judgeEar(raw, what, channel, log, { end, at }) {
    const replies = raw.messages.flatMap((message) => [message.connect?.subs?.[channel], raw.asked?.get(message.id) === channel ? message.subscribe : undefined]);
    const replayed = replies.flatMap((reply) => reply?.publications ?? []);
    for (const { offset, data } of [...replayed, ...raw.publications(channel)]) {
      if (offset === undefined) continue;
      assert.ok(offset < end, `${what}: heard ${JSON.stringify(data)}, out before ${end}`);
      assert.ok(log[offset - 1].at <= at, `${what}: heard ${JSON.stringify(data)}, which the store took after the kick at ${at}`);
    }
    const pushes = raw.messages.filter((message) => message.push?.channel === channel);
    const last = pushes.findIndex((message) => message.push.unsubscribe);
    assert.ok(last === -1 || last === pushes.length - 1, `${what}: something follows the end: ${JSON.stringify(pushes.slice(last))}`);
    if (last !== -1) assert.equal(pushes[last].push.unsubscribe.code, 2000);
  }
}

async function play(name, arriving) {
  const random = seeded(name);
  const played = [];
  for (let i = 0; i < rounds; i += 1) {
    const round = await new Round(`${name}${i}`, random.branch(), arriving).open();
    await round.run();
    played.push(round);
  }
  const now = await settled(server.folder);
  mustAgree(now);
  for (const [i, round] of played.entries()) {
    try {
      round.judge(now);
    } catch (error) {
      throw new Error(`round ${i}: ${error.message}`, { cause: error });
    }
  }
  const sends = played.flatMap((round) => round.sends);
  console.log(`${name}: ${rounds} kicks, sends of the kicked ${sends.length}, of them taken ${sends.filter((send) => send.refused === undefined).length}`);
}

test(`D12: ${rounds} kicks from a group into the talk of its rooms: nothing later is heard by him or taken from him`, { timeout: 1_500_000 }, () => play('kicked', false));

test('D12: the same while connections of his arrive', { timeout: 1_500_000 }, () => play('arriving', true));
