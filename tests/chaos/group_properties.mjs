// What must hold in a random program beside the model's answers, by the numbers of the properties.
import assert from 'node:assert/strict';
import { Raw } from '../system/lib/raw.mjs';
import { eventually } from '../system/lib/states.mjs';

const textOf = (message) => (message.deleted ? null : message.text);
const messagesOf = (room) => [...room.messages].map(([seq, one]) => [seq, textOf(one)]);
const mayRead = (model, room, user) => model.notInside(room, user) === undefined;

/** D7: one page, and what was heard after its position, are what the room shows at the end. */
class PageAndAfter {
  constructor(user, room, { offset, messages }) {
    Object.assign(this, { user, room, offset, messages: new Map(messages.map((one) => [one.seq, textOf(one)])) });
  }

  judge(heard) {
    const later = [...heard].filter(([offset]) => offset > this.offset).sort(([a], [b]) => a - b);
    later.forEach(([offset], i) => assert.equal(offset, this.offset + i + 1, `D7: a gap after the page of ${this.user}`));
    for (const [, { type, message, seq, seqs, text }] of later) {
      if (type === 'message.created') this.messages.set(message.seq, textOf(message));
      if (type === 'message.edited') this.messages.set(message?.seq ?? seq, message?.text ?? text ?? null);
      if (type === 'message.deleted') for (const gone of seqs ?? [seq]) this.messages.set(gone, null);
    }
    assert.deepEqual([...this.messages], messagesOf(this.room), `D7: ${this.user} in room:${this.room.id} from ${this.offset}`);
  }
}

/** D18: a walk through the pages of a room, some steps at a time, while others send and delete. */
class Walk {
  constructor(user, room, random) {
    Object.assign(this, { user, room, random, visited: [], known: [...room.messages.keys()] });
    const way = random.pick(['before', 'after', ...(this.known.length > 0 ? ['around'] : [])]);
    this.next = [{ before: '', after: 'after=1&', around: `around=${random.pick(this.known)}&` }[way]];
    this.way = way;
  }

  get over() { return this.next.length === 0; }

  /** One page; `still`: nobody acts meanwhile, so that the model knows what is before and after it. */
  async step(read, still) {
    const query = this.next.shift();
    const body = await read(this.user, this.room, `${query}limit=${this.random.whole(1, 4)}`, still);
    if (body === undefined) return;
    const seqs = body.messages.map((message) => message.seq);
    this.visited.push(...seqs);
    const [first, last] = [seqs[0], seqs.at(-1)];
    if (still && seqs.length > 0) {
      const all = [...this.room.messages.keys()];
      assert.deepEqual([body.has_more_before, body.has_more_after], [all.some((seq) => seq < first), all.some((seq) => seq > last)], `D18: ${this.way} ${query} gave ${seqs} of ${all}`);
    }
    const around = query.startsWith('around');
    if (body.has_more_before && (around || query === '' || query.startsWith('before'))) this.next.push(`before=${first}&`);
    if (body.has_more_after && (around || query.startsWith('after'))) this.next.push(`after=${last}&`);
    if (this.over) this.judge();
  }

  judge() {
    const times = new Map();
    for (const seq of this.visited) times.set(seq, (times.get(seq) ?? 0) + 1);
    const wrong = [...times].filter(([, count]) => count !== 1).concat(this.known.filter((seq) => !times.has(seq)).map((seq) => [seq, 0]));
    assert.deepEqual(wrong, [], `D18: ${this.way} in room:${this.room.id} visited ${this.visited} of ${this.known}`);
  }
}

/** D7 and D18: what people read page by page. */
export class Pages {
  constructor(ask, people, model, random) {
    Object.assign(this, { people, model, random, taken: [], walks: [], refused: [] });
    // Whoever reads beside another act may be put out by it: then the model has to say so once that is done.
    this.read = async (user, room, query, still) => {
      const { status, body } = await ask(user, `/rooms/${room.id}/messages?${query}`);
      if (status === 200) return body;
      assert.ok(!still, `${user} reads room:${room.id}: ${JSON.stringify(body)}`);
      this.refused.push({ user, room, body });
      return undefined;
    };
  }

  /** Somebody reads: another page, or the next of his walk. Runs beside other acts unless `still`. */
  async act(user, id, still) {
    const room = this.model.rooms.get(id);
    const walk = this.walks.find((one) => one.user === user && one.room === room);
    if (walk) await walk.step(this.read, still);
    else if (!mayRead(this.model, room, user)) return;
    else if (this.random.chance(0.5)) this.walks.push(new Walk(user, room, this.random.branch()));
    else if (this.people.get(user).positions.has(`room:${id}`)) {  // else he hears from where he comes, not from the page
      const body = await this.read(user, room, 'limit=200', still);
      if (body) this.taken.push(new PageAndAfter(user, room, body));
    }
    this.walks = this.walks.filter((one) => !one.over);
  }

  /** Who is out reads no more, and hears no more. */
  forget() {
    const still = ({ room, user }) => mayRead(this.model, room, user);
    for (const one of this.refused.splice(0)) assert.ok(!still(one), `${one.user} may read room:${one.room.id}, and was refused: ${JSON.stringify(one.body)}`);
    this.taken = this.taken.filter(still);
    this.walks = this.walks.filter(still);
  }

  async judge(heardBy) {
    for (const page of this.taken) page.judge(heardBy(page.user, `room:${page.room.id}`));
    for (const walk of this.walks) while (!walk.over) await walk.step(this.read, true);
    return this.taken.length;
  }
}

/** D20: who is online where, for any tabs that open, close and drop, and people who go and come. */
export class Tabs {
  constructor(server, people, random) { Object.assign(this, { server, people, random, open: [], away: new Set() }); }

  async act(user) {
    const one = this.random.pick(['open', 'open', 'close', 'drop', 'go', 'come']);
    if (one === 'open') {
      const tab = await Raw.connected(this.server, user, this.random.chance(0.5) ? { data: { kith: { subscriptions: 'all' } } } : {});
      this.open.push(Object.assign(tab, { user }));
    }
    if (one === 'go') this.goes(user);
    if (one === 'come') this.comes(user);
    if (['close', 'drop'].includes(one) && this.open.length > 0) await this.open.splice(this.random.whole(0, this.open.length - 1), 1)[0][one]();
  }

  goes(user) {
    this.away.add(user);
    this.people.get(user).disconnect();
  }

  comes(user) {
    if (this.away.delete(user)) this.people.get(user).centrifuge.connect();
  }

  isOnline(user) { return !this.away.has(user) || this.open.some((tab) => tab.user === user && tab.ended === undefined); }

  /** Each place of the model shows those of its members who are connected. */
  async judge(model) {
    for (const [kind, places] of [['groups', model.groups], ['rooms', model.rooms]]) {
      for (const { id, members } of places.values()) {
        if (members.size === 0) continue;
        const expected = [...members].filter((user) => this.isOnline(user)).sort();
        const ask = async () => (await this.server.rest('GET', `/${kind}/${id}/presence`, { user: [...members][0] })).body.users.map((one) => one.id).sort();
        await eventually(ask, (shown) => String(shown) === String(expected), `D20: ${kind} ${id} has ${expected} online`);
      }
    }
  }

  /** All come back, on lines of now. */
  async end() {
    await Promise.all(this.open.map((tab) => tab.close()));
    await Promise.all([...this.people.values()].map((one) => {
      one.disconnect();
      return one.connect();
    }));
  }
}

/** D21: typing never has an offset, and ends in every case. */
export class Typing {
  constructor() { Object.assign(this, { lists: new Map(), typed: [] }); }

  hear(user, { channel, offset, data }) {
    assert.equal(offset, undefined, `D21: a signal with an offset on ${channel}`);
    if (data.type === 'typing') this.lists.set(`${user} ${channel}`, data.users.map((one) => one.id).sort());
  }

  /** Somebody who did not type makes the next list: nobody else is on it. */
  async judge(model, server, people) {
    const say = async (user, room, on) => {
      const { status, body } = await server.rest('POST', `/rooms/${room}/typing`, { user, body: { on } });
      assert.equal(status, 200, JSON.stringify(body));
    };
    for (const { id, members, archived, main, group } of model.rooms.values()) {
      const watcher = [...members].find((user) => !this.typed.some((one) => one.user === user && one.room === id));
      if (archived || watcher === undefined || !this.typed.some((one) => one.room === id)) continue;
      const one = people.get(watcher);
      const shows = (list) => [`room:${id}`, ...(main ? [`group:${group}`] : [])].every((channel) => String(this.lists.get(`${watcher} ${channel}`)) === String(list));
      await say(watcher, id, true);
      await one.until(() => shows([watcher]), `D21: ${watcher} alone types in ${id}, and ${this.lists.get(`${watcher} room:${id}`)} do`);
      await say(watcher, id, false);
      await one.until(() => shows([]), `D21: nobody types in ${id}`);
    }
  }
}
