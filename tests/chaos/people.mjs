// People whose every act and every delivery goes into a history, and what they do all day.
import { Client } from '../system/lib/client.mjs';
import { nonce } from '../system/lib/server.mjs';
import { metric as shown } from '../system/lib/states.mjs';
import { pause } from './random.mjs';

let count = 0;

export class Person extends Client {
  constructor(server, user, history, options = {}) {
    super(server, user, { ...options, options: { timeout: 5000, ...options.options } });
    this.history = history;
    this.mode = options.mode;
    this.name = `${user}-${count += 1}`;
    this.positions = new Map();  // channel -> the last offset heard
    this.closes = [];            // codes with which connections ended
    this.gaps = [];              // what a recovery left to be paged: {channel, since, to}
    this.ended = false;
    this.centrifuge.on('connecting', ({ code, reason }) => this.closes.push({ code, reason }));
    this.centrifuge.on('disconnected', ({ code, reason }) => this.closes.push({ code, reason }));
  }

  heard(ctx) {
    this.history.publication(this, ctx);
    if (ctx.data.offset !== undefined) this.positions.set(ctx.channel, ctx.offset);
    this.onHeard?.(ctx);
    this.wake();
  }

  happened(channel, kind, ctx) {
    if (channel !== '' && !this.ended) this.changed(channel, kind, ctx);
    this.wake();
  }

  changed(channel, kind, ctx) {
    if (kind === 'subscribed') {
      const { offset, epoch } = ctx.streamPosition;
      if (ctx.wasRecovering && !ctx.recovered) this.gaps.push({ channel, since: { offset: this.positions.get(channel), epoch }, to: offset });
      this.positions.set(channel, offset);
      this.history.event(this, channel, kind, { offset, epoch, recovered: ctx.recovered, was_recovering: ctx.wasRecovering });
    }
    if (kind === 'unsubscribed') {
      this.positions.delete(channel);
      this.history.event(this, channel, kind, { code: ctx.code });
    }
  }

  /** From here on the end of a subscription is the test's own doing. */
  leaveStage() {
    this.ended = true;
    this.disconnect();
  }

  /**
   * A write that is repeated with its nonce until it is answered or `given up`; its outcome stands in the history.
   * @returns the result, {refused: name} of a definite refusal, or undefined if nobody knows.
   */
  async write(op, room, args = {}, { giveUp = () => false } = {}) {
    const fields = { op, scope: `room:${room}`, client: this.name, user: this.user, nonce: nonce() };
    this.history.record({ ...fields, kind: 'invoke' });
    for (;;) {
      try {
        const result = await this.rpc(op, { room, nonce: fields.nonce, ...args });
        const { offset, epoch, seq, changed, duplicate } = result;
        this.history.record({ ...fields, kind: 'ok', offset, epoch, seq, changed: op === 'room.join' && offset === undefined ? false : changed, duplicate });
        return result;
      } catch (error) {
        if (error.code === undefined) throw error;
        if (isDefinite(error)) {
          this.history.record({ ...fields, kind: 'fail', error: error.message });
          return { refused: error.message };
        }
        this.lastError = error;
        this.onTrouble?.(error);
        if (giveUp(error)) {
          this.history.record({ ...fields, kind: 'info', error: error.message });
          return undefined;
        }
        await pause(20);
      }
    }
  }

  say(room, text, more, options) { return this.write('chat.send', room, { text, ...more }, options); }

  /** Until each of the channels is heard up to its top. */
  reached(tops) {
    const far = () => [...tops].every(([channel, top]) => (this.positions.get(channel) ?? -1) >= top);
    return this.until(far, `the tops ${JSON.stringify([...tops])}, is at ${JSON.stringify([...this.positions])}`);
  }
}

/** Pages what recoveries left out, as an app does; fails unless all of it comes. Returns how many entries. */
export async function pageGaps(person) {
  let paged = 0;
  for (const { channel, since, to } of person.gaps) {
    for (let at = since; at.offset < to;) {
      const { publications } = await person.centrifuge.history(channel, { limit: 100, since: at });
      if (publications.length === 0) throw new Error(`${person.user} cannot page ${channel} from ${at.offset} to ${to}`);
      publications.forEach(({ offset }, i) => {
        if (offset !== at.offset + 1 + i) throw new Error(`${person.user} paged ${offset} instead of ${at.offset + 1 + i}`);
      });
      paged += publications.length;
      at = { ...at, offset: publications.at(-1).offset };
    }
  }
  return paged;
}

/** Codes below 100 are the client's own: timeout, closed line. */
export const isDefinite = (error) => error.code >= 100 && error.temporary !== true;

/** A room of `owner` with `members` in it. */
export async function makeRoom(owner, members, name = 'room') {
  const key = nonce();
  let made;
  while (made === undefined) {
    made = await owner.rpc('room.create', { name, nonce: key }).catch(async (error) => {
      if (error.code === undefined || isDefinite(error)) throw error;
      await pause(20);
      return undefined;
    });
  }
  for (const member of members) await member.write('room.join', made.room.id);
  return made.room.id;
}

/** Somebody who sends, answers, edits, deletes, leaves and comes back, until told to stop. */
export class Busy {
  constructor(person, rooms, random, { guests = [] } = {}) {
    Object.assign(this, { person, rooms, random, guests, own: new Map(rooms.map((room) => [room, []])), stopped: false, acts: 0 });
  }

  async run(acts = Infinity) {
    while (!this.stopped && this.acts < acts) {
      this.acts += 1;
      await this.act(this.random.pick(this.rooms));
    }
  }

  async act(room) {
    const { person, random } = this;
    const own = this.own.get(room);
    const chance = random.next();
    let result;
    if (chance < 0.1 && own.length > 0) result = await person.write('chat.edit', room, { seq: random.pick(own), text: `edited ${random.whole(0, 1e9)}` });
    else if (chance < 0.16 && own.length > 0) result = await person.write('chat.delete', room, { seq: own.splice(random.whole(0, own.length - 1), 1)[0] });
    else if (chance < 0.19 && this.guests.length === 0) result = await person.write('room.leave', room);
    else if (chance < 0.19) result = await person.write('room.kick', room, { user: random.pick(this.guests) });
    else result = await this.say(room, own);
    if (result?.refused === 'not_member') await person.write('room.join', room);
  }

  async say(room, own) {
    const { person, random } = this;
    const reply = own.length > 0 && random.chance(0.1) ? { reply_to: random.pick(own) } : {};
    const result = await person.say(room, `${person.user} says ${random.whole(0, 1e9)} ${'·'.repeat(random.whole(0, 40))}`, reply);
    if (result?.seq !== undefined) own.push(result.seq);
    return result;
  }
}

/** The tops of rooms (and other channels), as channel -> offset. */
export async function topsOf(person, rooms, others = []) {
  const tops = new Map();
  for (const channel of [...rooms.map((room) => `room:${room}`), ...others]) {
    const { offset } = await person.centrifuge.history(channel, { limit: 0 });
    tops.set(channel, offset);
  }
  return tops;
}

/** One number of the server's metrics, 0 if it is not there yet. */
export async function metric(server, name) {
  return (await shown(server, name)) ?? 0;
}
