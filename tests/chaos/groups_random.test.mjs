// Random programs of four people in groups and rooms, by socket and by REST, over lines that break: every answer, every
// log, every list and everything heard is what a plain model says. Beside it D7, D18, D20 and D21 (group_properties.mjs),
// and D24 by a kill in the middle of an act.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Raw } from '../system/lib/raw.mjs';
import { Server, nonce } from '../system/lib/server.mjs';
import { eventually } from '../system/lib/states.mjs';
import { Pages, Tabs, Typing } from './group_properties.mjs';
import { Model } from './group_model.mjs';
import { History } from './history.mjs';
import { Person, isDefinite } from './people.mjs';
import { Proxy } from './proxy.mjs';
import { Random, long, pause, seeded } from './random.mjs';
import { membersIn, mustAgree, settled } from './stored.mjs';

const programs = Number(process.env.KITH_PROGRAMS ?? (long ? 500 : 30));
const length = 40;
const killing = 0.004;  // of each act
let [kills, pages] = [0, 0];

const outcome = (result) => (result.changed === false ? 'unchanged' : 'ok');

class Program {
  constructor(server, seed) {
    Object.assign(this, { server, seed, random: new Random(seed), model: new Model(), history: new History(), requests: [], calm: false, heard: new Map() });
    this.users = ['a', 'b', 'c', 'd'].map((name) => `${name}${seed}`);
  }

  async open() {
    const fates = this.random.branch();  // lines come when they come: the program must not depend on it
    const fate = () => (this.calm ? {} : { how: fates.pick(['reset', 'end']), cutDown: fates.scaled(200, 20_000) });
    this.proxy = await new Proxy(() => this.server.port, fate).listen();
    this.people = new Map();
    for (const user of this.users) {
      const one = new Person(this.server, user, this.history, { mode: 'all', websocket: this.proxy.websocket });
      one.onHeard = (ctx) => this.hear(user, ctx);
      this.people.set(user, one);
      one.centrifuge.connect();
    }
    this.pages = new Pages((user, path) => this.askRest(user, ['GET', path]), this.people, this.model, this.random.branch());
    this.tabs = new Tabs(this.server, this.people, this.random.branch());
    this.typing = new Typing();
    return this;
  }

  hear(user, ctx) {
    if (ctx.data.offset === undefined) this.typing.hear(user, ctx);
    else this.heardBy(user, ctx.channel).set(ctx.offset, ctx.data);
  }

  heardBy(user, channel) {
    const key = `${user} ${channel}`;
    if (!this.heard.has(key)) this.heard.set(key, new Map());
    return this.heard.get(key);
  }

  // By either door, until it is answered; by REST sometimes twice at once.
  async call(actor, method, route, fields) {
    const key = nonce();
    if (this.random.chance(0.4) || this.tabs.away.has(actor)) {
      const asked = this.random.chance(0.3) ? 2 : 1;
      const answers = await Promise.all(Array.from({ length: asked }, () => this.askRest(actor, route, fields, key)));
      const first = answers.find(({ body }) => body.duplicate !== true) ?? answers[0];
      return first.status < 300 ? first.body : { refused: first.body.code };
    }
    for (;;) {
      try {
        return await this.people.get(actor).rpc(method, { ...fields, ...this.ids, nonce: key });
      } catch (error) {
        if (error.code === undefined) throw error;
        if (isDefinite(error)) return { refused: error.message.split(':')[0] };
        await pause(5);
      }
    }
  }

  async askRest(user, [verb, path], body, key) {
    for (;;) {
      const answer = await this.server.rest(verb, path, { user, body, headers: key ? { 'Idempotency-Key': key } : {} }).catch((error) => {
        if (error.name !== 'TypeError') throw error;  // fetch: the server is no more
      });
      if (answer !== undefined && answer.status < 500) return answer;
      await pause(5);
    }
  }

  // D24: the server dies in the middle of what is asked now; whoever asked asks again.
  async struck() {
    if (!this.random.chance(killing)) return undefined;
    const moment = this.random.scaled(1, 60);
    await pause(moment);
    await this.server.kill();
    kills += 1;
    return this.server.start();
  }

  async act() {
    const { random, model } = this;
    const actor = random.pick(this.users);
    const other = random.pick(this.users);
    const group = random.pick([...model.groups.keys()]);
    const room = random.pick([...model.rooms.keys()]);
    const kind = random.pick(['createGroup', 'joinGroup', 'joinGroup', 'joinGroup', 'leaveGroup', 'kickFromGroup', 'updateGroup', 'decide', 'decide', 'deleteGroup', 'createRoom',
      'joinRoom', 'joinRoom', 'leaveRoom', 'kickFromRoom', 'archive', 'deleteRoom', 'send', 'send', 'send', 'edit', 'deleteMessage', 'type', 'type']);
    const times = kind === 'send' ? this.random.whole(1, 5) : 1;
    const reads = this.random.chance(0.5) ? this.pages.act(other, room, false) : undefined;
    for (let i = 0; i < times; i += 1) await this.does(this[kind]({ actor, other, group, room }), actor, other);
    await reads;
    if (this.random.chance(0.3)) await this.tabs.act(random.pick(this.users));
    this.pages.forget();
    if (this.random.chance(0.5)) await this.pages.act(random.pick(this.users), random.pick([...model.rooms.keys()]), true);
  }

  async does(deed, actor, other) {
    if (deed === undefined) return;
    const [method, route, ids, fields, expected] = deed;
    this.ids = ids;
    const [result] = await Promise.all([this.call(actor, method, route, fields), this.struck()]);
    const want = expected(result);
    assert.equal(result.refused ?? outcome(result), want, `${method} ${JSON.stringify({ actor, other, ...ids, ...fields })}`);
  }

  createGroup({ actor }) {
    if (this.model.groups.size > 3) return undefined;
    const fields = { name: 'Club', join_mode: this.random.pick(['open', 'approval']), capacity: this.random.pick([0, 2, 3]) };
    return ['group.create', ['POST', '/groups'], {}, fields, ({ group }) => this.model.createGroup(actor, group.id, { mode: fields.join_mode, capacity: fields.capacity })];
  }

  joinGroup({ actor, group }) {
    return ['group.join', ['POST', `/groups/${group}/join`], { group }, {}, (result) => {
      if (result.request) this.requests.push({ group, id: result.request.id });
      return this.model.joinGroup(actor, group, result.request?.id);
    }];
  }

  leaveGroup({ actor, group }) { return ['group.leave', ['POST', `/groups/${group}/leave`], { group }, {}, () => this.model.leaveGroup(actor, group)]; }

  kickFromGroup({ actor, other, group }) {
    return ['group.kick', ['POST', `/groups/${group}/members/${other}/kick`], { group, user: other }, {}, () => this.model.kickFromGroup(actor, group, other)];
  }

  updateGroup({ actor, group }) {
    const mode = this.random.pick(['open', 'approval']);
    const defaults = this.model.roomsOf(group).filter((room) => !room.main).map((room) => room.id).slice(0, 2);
    return ['group.update', ['PATCH', `/groups/${group}`], { group }, { join_mode: mode, default_rooms: defaults }, () => this.model.updateGroup(actor, group, { mode, defaults })];
  }

  decide({ actor }) {
    if (this.requests.length === 0) return undefined;
    const { group, id } = this.random.pick(this.requests);
    const [op, state] = this.random.pick([['approve', 'approved'], ['reject', 'rejected'], ['cancel', 'cancelled']]);
    return [`group.${op}`, ['POST', `/groups/${group}/requests/${id}/${op}`], { group, request: id }, {}, () => this.model.decide(actor, group, id, state)];
  }

  deleteGroup({ actor, group }) {
    if (this.random.chance(0.7)) return undefined;
    return ['group.delete', ['DELETE', `/groups/${group}`], { group }, undefined, () => this.model.deleteGroup(actor, group)];
  }

  createRoom({ actor, group }) {
    const inside = this.random.chance(0.7) ? group : undefined;
    const fields = { name: 'Den', ...(inside === undefined ? {} : { group: inside }) };
    return ['room.create', ['POST', '/rooms'], {}, fields, (result) => this.model.mayNotCreate(actor, inside) ?? this.model.createRoom(actor, result.room.id, inside)];
  }

  joinRoom({ actor, room }) { return ['room.join', ['POST', `/rooms/${room}/join`], { room }, {}, () => this.model.joinRoom(actor, room)]; }
  leaveRoom({ actor, room }) { return ['room.leave', ['POST', `/rooms/${room}/leave`], { room }, {}, () => this.model.leaveRoom(actor, room)]; }

  kickFromRoom({ actor, other, room }) {
    return ['room.kick', ['POST', `/rooms/${room}/members/${other}/kick`], { room, user: other }, {}, () => this.model.kickFromRoom(actor, room, other)];
  }

  archive({ actor, room }) {
    const archived = this.random.chance(0.5);
    const op = archived ? 'archive' : 'unarchive';
    return [`room.${op}`, ['POST', `/rooms/${room}/${op}`], { room }, {}, () => this.model.archive(actor, room, archived)];
  }

  deleteRoom({ actor, room }) { return ['room.delete', ['DELETE', `/rooms/${room}`], { room }, undefined, () => this.model.deleteRoom(actor, room)]; }

  send({ actor, room }) {
    const text = `said ${this.random.whole(0, 1e6)}`;
    return ['chat.send', ['POST', `/rooms/${room}/messages`], { room }, { text }, () => this.model.send(actor, room, text)];
  }

  edit({ actor, room }) {
    const seq = this.someSeq(room);
    const text = `edited ${this.random.whole(0, 3)}`;
    return seq && ['chat.edit', ['PATCH', `/rooms/${room}/messages/${seq}`], { room, seq }, { text }, () => this.model.edit(actor, room, seq, text)];
  }

  deleteMessage({ actor, room }) {
    const seq = this.someSeq(room);
    return seq && ['chat.delete', ['DELETE', `/rooms/${room}/messages/${seq}`], { room, seq }, undefined, () => this.model.deleteMessage(actor, room, seq)];
  }

  type({ actor, room }) {
    return ['chat.typing', ['POST', `/rooms/${room}/typing`], { room }, { on: true }, () => {
      this.typing.typed.push({ user: actor, room });
      return this.model.type(actor, room);
    }];
  }

  someSeq(room) {
    const seqs = [...this.model.rooms.get(room).messages.keys()];
    return seqs.length === 0 ? undefined : this.random.pick(seqs);
  }

  async run() {
    const first = this.createGroup({ actor: this.users[0] });
    this.ids = {};
    first[4](await this.call(this.users[0], first[0], first[1], first[3]));
    for (let i = 0; i < length; i += 1) await this.act();
    this.calm = true;
    await this.tabs.judge(this.model);
    await this.tabs.end();
    await this.compareHeard(await settled(this.server.folder));
    if (this.random.chance(0.3)) await this.typing.judge(this.model, this.server, this.people);
    const now = await settled(this.server.folder);
    mustAgree(now);
    this.compareLogs(now);
    for (const [kind, places] of [['group', this.model.groups], ['room', this.model.rooms]]) {
      for (const { id, members } of places.values()) assert.deepEqual(membersIn(now, `${kind}:${id}`), [...members].sort(), `${kind}:${id}`);
    }
    pages += await this.pages.judge((user, channel) => this.heardBy(user, channel));
    await this.comparePages();
    await this.compareHeard(now);
  }

  // A person's own log tells of several places, whose order inside one act is not promised.
  compareLogs(now) {
    for (const [scope, expected] of this.model.logs) {
      const log = now.logs.get(scope).map((entry) => `${entry.type} ${entry.actor} ${subjectOf(scope, entry)}`);
      const own = scope.startsWith('user:');
      assert.deepEqual(own ? log.sort() : log, own ? expected.sort() : expected, scope);
    }
  }

  async comparePages() {
    for (const { id, members, messages } of this.model.rooms.values()) {
      if (members.size === 0) continue;
      const shown = [];
      for (let before = ''; ;) {
        const { body } = await this.server.rest('GET', `/rooms/${id}/messages?limit=${this.random.whole(1, 5)}${before}`, { user: [...members][0] });
        shown.unshift(...body.messages);
        if (!body.has_more_before) break;
        before = `&before=${body.messages[0].seq}`;
      }
      assert.deepEqual(shown.map((one) => [one.seq, one.deleted ? null : one.text]), [...messages].map(([seq, one]) => [seq, one.deleted ? null : one.text]), `room:${id}`);
    }
  }

  // Each subscription: what the log says, without a gap, to the top of every place its person is in.
  async compareHeard(now) {
    for (const [user, one] of this.people) {
      const places = [`user:${user}`, ...[...now.members].filter(([, rows]) => rows.some((row) => row.user === user && row.state === 'member')).map(([scope]) => scope)];
      await one.reached(new Map(places.map((scope) => [scope, now.logs.get(scope)?.length ?? 0])));
    }
    const last = new Map();
    for (const event of this.history.records.filter((record) => record.kind === 'event')) {
      const key = `${event.client} ${event.scope}`;
      if (event.op === 'subscribed') last.set(key, event.offset);
      if (event.op !== 'publication') continue;
      assert.equal(event.offset, last.get(key) + 1, `${key} heard with a gap`);
      assert.equal(event.type, now.logs.get(event.scope)[event.offset - 1].type, key);
      last.set(key, event.offset);
    }
  }

  async close() {
    for (const one of this.people.values()) one.leaveStage();
    await this.proxy.close();
  }
}

function subjectOf(scope, { type, user, seq, data }) {
  if (/^member\.left/.test(type)) return `${user} ${data.cause}`;
  if (/^(room|group)\.removed/.test(type)) return `${(data.room ?? data.group).id} ${data.cause}`;
  if (/^(room|group)\.added/.test(type)) return (data.room ?? data.group).id;
  if (/^room\./.test(type)) return scope.startsWith('group:') ? data.room.id : '';
  if (/^message\.(edited|deleted)/.test(type)) return String(seq);
  return /^(member|join)\./.test(type) ? user : '';
}

test(`${programs} random programs of four people in groups and rooms go as the model says`, { timeout: 3_000_000 }, async () => {
  const random = seeded('groups');
  const server = await new Server({ flags: ['--drain.timeout=0', '--presence.grace=200'] }).start();
  for (let i = 0; i < programs; i += 1) {
    const seed = Number(process.env.KITH_PROGRAM ?? random.whole(1, 2 ** 31));
    const program = await new Program(server, seed).open();
    await program.run().catch((error) => { throw new Error(`KITH_PROGRAM=${seed}: ${error.message}`, { cause: error }); });
    await program.close();
  }
  console.log(`groups: ${programs} programs, ${kills} kills, ${pages} pages held against what was heard after them`);
  await server.stop();
});

const waves = long ? 40 : 4;

test(`D22: ${waves} times half of a group drops and comes back at once: one presence signal per place and second, and all are shown`, { timeout: 600_000 }, async () => {
  const random = seeded('waves');
  const server = await new Server({ flags: ['--drain.timeout=0', '--presence.grace=1'] }).start();
  const { group } = (await server.rest('POST', '/groups', { user: 'watcher', body: { name: 'Waves' } })).body;
  const people = Array.from({ length: 60 }, (_, i) => `p${i}`);
  await Promise.all(people.map((user) => server.rest('POST', `/groups/${group.id}/join`, { user })));
  const tabs = new Map(await Promise.all(people.map(async (user) => [user, await Raw.connected(server, user)])));
  const watcher = await Raw.connected(server, 'watcher', { data: { kith: { subscriptions: 'all' } } });
  const places = [`group:${group.id}`, `room:${group.id}`];
  const signals = (channel) => watcher.publications(channel).filter(({ data }) => data.type === 'presence').map(({ data }) => data);
  const everybody = () => places.every((channel) => signals(channel).at(-1)?.count === people.length + 1);
  for (let i = 0; i < waves; i += 1) {
    await watcher.until(everybody, 'all are online');
    const half = people.filter(() => random.chance(0.5));
    const back = async (user) => { tabs.set(user, await Raw.connected(server, user)); };
    await Promise.all(half.map(async (user) => {
      await tabs.get(user)[random.pick(['drop', 'close'])]();
      if (i % 2 === 1) await back(user);
    }));
    if (i % 2 === 0) {
      await watcher.until(() => places.every((channel) => signals(channel).at(-1).count < people.length + 1), 'some are seen to go');
      await Promise.all(half.map(back));
    }
    const shown = async () => (await server.rest('GET', `/groups/${group.id}/presence/count`, { user: 'watcher' })).body.count;
    await eventually(shown, (count) => count === people.length + 1);
  }
  await watcher.until(everybody, 'all are online');
  for (const channel of places) {
    const times = signals(channel).map(({ at }) => Date.parse(at));
    const seconds = Math.ceil((times.at(-1) - times[0]) / 1000);
    console.log(`waves: ${times.length} signals in ${seconds} s on ${channel.split(':')[0]}`);
    assert.ok(times.length <= seconds + 1, `${times.length} signals in ${seconds} s`);
  }
  await server.stop();
});
