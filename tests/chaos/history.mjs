// What was seen from outside, as records of one form: the checker judges these and nothing else.
//   {t, client, user, kind: invoke|ok|fail|info|event|log|state, op, scope, nonce, seq, offset, epoch, hash, …}
// `t` is monotonic. `info`: it may or may not have happened. `log` and `state` are what the server shows at the end.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { check } from './checker.mjs';

const known = new Map();

function digest(text) {
  let found = known.get(text);
  if (found === undefined) {
    found = createHash('sha256').update(text).digest('base64url').slice(0, 16);
    known.set(text, found);
    if (known.size > 200000) known.clear();
  }
  return found;
}

/** The facts of an entry: `hash` covers what never changes; a replay shows the present text. */
export function factsOf(data) {
  const users = data.users?.map((user) => user.id ?? user);
  const nonce = data.message?.nonce ?? data.nonce;
  const seq = data.message?.seq ?? data.seq ?? data.seqs?.[0];
  const text = data.message?.text ?? data.text;
  return {
    op: data.type,
    user: data.actor,
    nonce,
    seq,
    users,
    hash: digest(JSON.stringify([data.type, data.actor, nonce, seq, users, data.at])),
    text: text === undefined ? undefined : digest(text),
  };
}

export class History {
  constructor() { this.records = []; }

  record(fields) {
    this.records.push({ t: performance.now(), ...fields });
  }

  event(person, scope, op, fields) {
    this.record({ client: person.name, user: person.user, kind: 'event', op, scope, ...fields });
  }

  publication(person, ctx) {
    if (ctx.data.offset === undefined) return;  // a signal
    const { op, user, ...facts } = factsOf(ctx.data);
    this.event(person, ctx.channel, 'publication', { ...facts, type: op, actor: user, offset: ctx.offset, told: ctx.data.offset });
  }

  /** The whole log of a room by the public history call, then its present state, asked by a member. */
  async read(person, room) {
    const scope = `room:${room}`;
    let since = { offset: 0, epoch: '' };
    for (;;) {
      const page = await person.centrifuge.history(scope, { limit: -1, since });
      for (const { offset, data } of page.publications) {
        const { op, ...facts } = factsOf(data);
        this.record({ kind: 'log', op, scope, epoch: page.epoch, ...facts, offset, data });
      }
      const last = page.publications.at(-1)?.offset ?? since.offset;
      if (page.publications.length === 0) {
        this.record({ kind: 'log', op: 'top', scope, epoch: page.epoch, offset: page.offset });
        break;
      }
      since = { offset: last, epoch: page.epoch };
    }
    await this.readState(person, room, scope);
  }

  async readState(person, room, scope) {
    for (let after = 0, more = true; more;) {
      const page = await person.rpc('chat.history', after === 0 ? { room, limit: 200 } : { room, before: after, limit: 200 });
      for (const message of page.messages) this.record({ kind: 'state', op: 'message', scope, seq: message.seq, message });
      after = page.messages.length === 0 ? 0 : Math.min(...page.messages.map((message) => message.seq));
      more = page.has_more_before;
    }
    for (let cursor; ;) {
      const page = await person.rpc('room.members', { room, limit: 200, ...(cursor ? { cursor } : {}) });
      for (const member of page.members) this.record({ kind: 'state', op: 'member', scope, user: member.id });
      cursor = page.next;
      if (cursor === undefined) break;
    }
    this.record({ kind: 'state', op: 'end', scope });
  }

  /** Fails with what is wrong, and leaves the whole history behind then. */
  mustHold(options) {
    const { violations, counts } = check(this.records, options);
    if (violations.length > 0) {
      const file = join(mkdtempSync(join(tmpdir(), 'kith-history-')), 'history.jsonl');
      writeFileSync(file, this.records.map((record) => JSON.stringify(record)).join('\n'));
      const first = violations.slice(0, 10).map((violation) => JSON.stringify(violation)).join('\n');
      assert.fail(`${violations.length} violations, history in ${file}:\n${first}`);
    }
    return counts;
  }
}
