// Random programs of four people in groups and rooms, by socket and by REST, over lines that break: every answer, every
// log, every list and everything heard is what a plain model says.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Server, nonce } from '../system/lib/server.mjs';
import { Model } from './group_model.mjs';
import { History } from './history.mjs';
import { Person, isDefinite } from './people.mjs';
import { Proxy } from './proxy.mjs';
import { Random, long, pause, seeded } from './random.mjs';
import { membersIn, mustAgree, settled } from './stored.mjs';

const programs = Number(process.env.KITH_PROGRAMS ?? (long ? 500 : 30));
const length = 40;

const outcome = (result) => (result.changed === false ? 'unchanged' : 'ok');

class Program {
  constructor(server, seed) {
    Object.assign(this, { server, seed, random: new Random(seed), model: new Model(), history: new History(), requests: [], calm: false });
    this.users = ['a', 'b', 'c', 'd'].map((name) => `${name}${seed}`);
  }

  async open() {
    const fates = this.random.branch();  // lines come when they come: the program must not depend on it
    const fate = () => (this.calm ? {} : { how: fates.pick(['reset', 'end']), cutDown: fates.scaled(200, 20_000) });
    this.proxy = await new Proxy(() => this.server.port, fate).listen();
    this.people = new Map();
    for (const user of this.users) {
      const one = new Person(this.server, user, this.history, { mode: 'all', websocket: this.proxy.websocket });
      this.people.set(user, one);
      one.centrifuge.connect();
    }
    return this;
  }

  // By either door, until it is answered; by REST sometimes twice at once.
  async call(actor, method, [verb, path], fields) {
    const key = nonce();
    if (this.random.chance(0.4)) {
      const ask = () => this.server.rest(verb, path, { user: actor, body: fields, headers: { 'Idempotency-Key': key } });
      const answers = await Promise.all(this.random.chance(0.3) ? [ask(), ask()] : [ask()]);
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

  async act() {
    const { random, model } = this;
    const actor = random.pick(this.users);
    const other = random.pick(this.users);
    const group = random.pick([...model.groups.keys()]);
    const room = random.pick([...model.rooms.keys()]);
    const kind = random.pick(['createGroup', 'joinGroup', 'joinGroup', 'joinGroup', 'leaveGroup', 'kickFromGroup', 'updateGroup', 'decide', 'decide', 'deleteGroup', 'createRoom',
      'joinRoom', 'joinRoom', 'leaveRoom', 'kickFromRoom', 'archive', 'deleteRoom', 'send', 'send', 'send', 'edit', 'deleteMessage']);
    const deed = this[kind]({ actor, other, group, room });
    if (deed === undefined) return;
    const [method, route, ids, fields, expected] = deed;
    this.ids = ids;
    const result = await this.call(actor, method, route, fields);
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
    const now = await settled(this.server.folder);
    mustAgree(now);
    this.compareLogs(now);
    for (const [kind, places] of [['group', this.model.groups], ['room', this.model.rooms]]) {
      for (const { id, members } of places.values()) assert.deepEqual(membersIn(now, `${kind}:${id}`), [...members].sort(), `${kind}:${id}`);
    }
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
  const server = await new Server({ flags: ['--drain.timeout=0'] }).start();
  for (let i = 0; i < programs; i += 1) {
    const seed = Number(process.env.KITH_PROGRAM ?? random.whole(1, 2 ** 31));
    const program = await new Program(server, seed).open();
    await program.run().catch((error) => { throw new Error(`KITH_PROGRAM=${seed}: ${error.message}`, { cause: error }); });
    await program.close();
  }
  await server.stop();
});
