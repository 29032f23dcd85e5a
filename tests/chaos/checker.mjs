// Judges a history (history.mjs). One program for every chaos test.
//   C1 nothing acknowledged is lost        C2 nothing happened that nobody tried, or that was refused
//   C3 one nonce, one entry                C4 offsets 1..top, one epoch
//   C5 each subscription: every entry once, in order, up to the top
//   C6 answers tell the log's positions    C7 all see the same content
//   C8 acknowledged before begun = lower   C9 the folded log is the state
//   C10 no entry without the right to it

/**
 * @param records of a History.
 * @param recoverable a reconnect that missed at most this many entries must be told recovered:true.
 * @returns {{violations: {check: string, what: string}[], counts: object}}
 */
export function check(records, { recoverable = 0 } = {}) {
  const court = new Court(records, recoverable);
  for (const scope of court.scopes.values()) {
    court.log(scope);
    court.answers(scope);
    court.realTime(scope);
    court.state(scope);
    for (const [client, events] of scope.clients) court.subscription(scope, client, events);
  }
  return { violations: court.violations, counts: court.counts };
}

const keyOf = (record) => `${record.user} ${record.nonce}`;

class Court {
  constructor(records, recoverable) {
    this.recoverable = recoverable;
    this.violations = [];
    this.counts = { acknowledged: 0, refused: 0, unknown: 0, entries: 0, deliveries: 0, subscribes: 0, recovered: 0, unrecovered: 0 };
    this.scopes = new Map();
    for (const record of records) if (record.scope !== undefined) this.sort(record);
  }

  sort(record) {
    let scope = this.scopes.get(record.scope);
    if (scope === undefined) {
      scope = { name: record.scope, log: [], byOffset: new Map(), byKey: new Map(), invoked: new Map(), ended: [], clients: new Map(), state: [] };
      this.scopes.set(record.scope, scope);
    }
    if (record.kind === 'log' && record.op === 'top') scope.top = record;
    else if (record.kind === 'log') scope.log.push(record);
    else if (record.kind === 'state') scope.state.push(record);
    else if (record.kind === 'invoke') this.invoked(scope, record);
    else if (record.kind === 'event') this.event(scope, record);
    else scope.ended.push(record);
  }

  invoked(scope, record) {
    if (!scope.invoked.has(keyOf(record))) scope.invoked.set(keyOf(record), record);  // the first try counts
  }

  event(scope, record) {
    const events = scope.clients.get(record.client) ?? [];
    events.push(record);
    scope.clients.set(record.client, events);
  }

  found(check, scope, what, more = {}) {
    const violation = { check, scope: scope.name, what, ...more };
    this.violations.push(violation);
    return violation;
  }

  log(scope) {
    if (scope.top === undefined) return void this.found('C4', scope, 'the log was not read to its end');
    let expected = 1;
    for (const entry of scope.log) {
      if (entry.offset !== expected) this.found('C4', scope, 'offset', { expected, offset: entry.offset });
      if (entry.data !== undefined && entry.data.offset !== entry.offset) this.found('C4', scope, 'the entry names another offset', { offset: entry.offset, told: entry.data.offset });
      expected = entry.offset + 1;
      if (entry.epoch !== scope.top.epoch) this.found('C4', scope, 'epoch', { offset: entry.offset });
      scope.byOffset.set(entry.offset, entry);
      this.attempted(scope, entry);
    }
    if (scope.top.offset !== expected - 1) this.found('C4', scope, 'top', { expected: expected - 1, offset: scope.top.offset });
    this.counts.entries += scope.log.length;
    this.membership(scope);
  }

  attempted(scope, entry) {
    if (entry.nonce === undefined) {
      const creation = entry.op === 'member.joined' && entry.offset === 1;
      if (!creation) this.found('C2', scope, 'an entry without nonce', { offset: entry.offset, op: entry.op });
      return;
    }
    const key = keyOf(entry);
    if (scope.byKey.has(key)) this.found('C3', scope, 'one nonce twice', { offset: entry.offset, first: scope.byKey.get(key).offset });
    else scope.byKey.set(key, entry);
    if (!scope.invoked.has(key)) this.found('C2', scope, 'nobody tried this', { offset: entry.offset, nonce: entry.nonce });
  }

  // Per user the turns of membership: {offset, member}, and when a join was begun.
  membership(scope) {
    scope.turns = new Map();
    for (const entry of scope.log) {
      if (entry.op !== 'member.joined' && entry.op !== 'member.left') continue;
      for (const user of entry.users) {
        const turns = scope.turns.get(user) ?? [];
        turns.push({ offset: entry.offset, member: entry.op === 'member.joined', begun: scope.invoked.get(keyOf(entry))?.t ?? -Infinity });
        scope.turns.set(user, turns);
      }
    }
  }

  answers(scope) {
    for (const answer of scope.ended) {
      const entry = scope.byKey.get(keyOf(answer));
      if (answer.kind === 'info') this.counts.unknown += 1;
      if (answer.kind === 'fail') {
        this.counts.refused += 1;
        if (entry !== undefined) this.found('C2', scope, 'refused, yet it happened', { offset: entry.offset, nonce: answer.nonce });
      }
      if (answer.kind !== 'ok' || answer.changed === false) continue;
      this.counts.acknowledged += 1;
      if (entry === undefined) {
        this.found('C1', scope, 'acknowledged and lost', { nonce: answer.nonce, offset: answer.offset });
        continue;
      }
      if (answer.offset !== undefined && (answer.offset !== entry.offset || answer.epoch !== entry.epoch)) {
        this.found('C6', scope, 'the answer tells another position', { offset: entry.offset, told: answer.offset, epoch: answer.epoch });
      }
      if (answer.op === 'chat.send' && answer.seq !== answer.offset) this.found('C6', scope, 'seq is not the offset', { offset: answer.offset, seq: answer.seq });
    }
  }

  realTime(scope) {
    const acks = scope.ended.filter((answer) => answer.kind === 'ok' && answer.offset !== undefined).sort((a, b) => a.t - b.t);
    const begun = acks.map((ack) => ({ ack, at: scope.invoked.get(keyOf(ack))?.t ?? ack.t })).sort((a, b) => a.at - b.at);
    let highest = 0;
    let next = 0;
    for (const { ack, at } of begun) {
      for (; next < acks.length && acks[next].t < at; next += 1) highest = Math.max(highest, acks[next].offset);
      if (ack.offset <= highest) this.found('C8', scope, 'begun after a higher one was acknowledged', { offset: ack.offset, acknowledged: highest });
    }
  }

  state(scope) {
    if (!scope.state.some((record) => record.op === 'end')) return;
    const messages = new Map();
    const members = new Set();
    for (const entry of scope.log) this.fold(entry, messages, members);
    scope.messages = messages;
    const shown = new Map();
    for (const { message } of scope.state.filter((record) => record.op === 'message')) {
      if (shown.has(message.seq)) this.found('C9', scope, 'a message twice in its pages', { seq: message.seq });
      shown.set(message.seq, message);
    }
    for (const seq of new Set([...messages.keys(), ...shown.keys()])) this.sameMessage(scope, seq, messages.get(seq), shown.get(seq));
    const listed = new Set(scope.state.filter((record) => record.op === 'member').map((record) => record.user));
    for (const user of new Set([...members, ...listed])) {
      if (members.has(user) !== listed.has(user)) this.found('C9', scope, 'membership', { user, log: members.has(user), state: listed.has(user) });
    }
  }

  fold(entry, messages, members) {
    const { data } = entry;
    if (entry.op === 'member.joined') entry.users.forEach((user) => members.add(user));
    if (entry.op === 'member.left') entry.users.forEach((user) => members.delete(user));
    if (entry.op === 'message.created') {
      const { author, text, reply_to: reply, deleted } = data.message;
      messages.set(entry.offset, { author, text, reply, nowDeleted: deleted === true, edits: 0, deleted: false });
    }
    const message = messages.get(entry.seq);
    if (entry.op === 'message.edited') {
      message.edits += 1;
      if (data.deleted !== true) message.text = data.text;
    }
    if (entry.op === 'message.deleted') message.deleted = true;
  }

  sameMessage(scope, seq, log, state) {
    if (log === undefined || state === undefined) return void this.found('C9', scope, log === undefined ? 'a message without entry' : 'an entry without message', { seq });
    const want = JSON.stringify([log.author, log.deleted, log.deleted ? null : log.text, log.reply ?? null, log.deleted ? 0 : log.edits]);
    const have = JSON.stringify([state.author, state.deleted === true, state.deleted ? null : state.text, state.reply_to ?? null, state.edit_count ?? 0]);
    if (want !== have) this.found('C9', scope, 'the folded log and the state differ', { seq, log: want, state: have });
    if (log.nowDeleted !== log.deleted) this.found('C9', scope, 'an old entry does not show the present', { seq });
  }

  subscription(scope, client, events) {
    const at = { last: undefined, epoch: undefined, live: false, missing: new Map() };
    for (const event of events) {
      if (event.op === 'subscribed') this.subscribed(scope, client, at, event);
      else if (event.op === 'unsubscribed') at.live = false;
      else this.delivered(scope, client, at, event);
    }
    if (at.live && scope.top !== undefined && at.last < scope.top.offset) {
      this.found('C5', scope, 'the end is missing', { client, last: at.last, top: scope.top.offset });
    }
  }

  subscribed(scope, client, at, event) {
    this.counts.subscribes += 1;
    if (event.was_recovering) this.counts[event.recovered ? 'recovered' : 'unrecovered'] += 1;
    if (event.recovered && at.last !== undefined) {
      // The position recovered from: what came before must reach it.
      if (event.offset !== at.last) this.found('C5', scope, 'recovered from another position', { client, last: at.last, offset: event.offset });
    } else if (event.was_recovering && at.last !== undefined && event.epoch === at.epoch && event.offset - at.last <= this.recoverable) {
      this.found('C5', scope, 'not recovered though little was missing', { client, last: at.last, offset: event.offset });
    }
    at.last = event.offset;
    at.epoch = event.epoch;
    at.live = true;
    at.missing.clear();
    if (scope.top !== undefined && event.epoch !== scope.top.epoch) this.found('C4', scope, 'a subscription has another epoch', { client, epoch: event.epoch });
  }

  delivered(scope, client, at, event) {
    this.counts.deliveries += 1;
    const { offset } = event;
    if (!at.live) this.found('C5', scope, 'an entry outside a subscription', { client, offset });
    else this.inOrder(scope, client, at, offset);
    const entry = scope.byOffset.get(offset);
    if (entry === undefined) return void (scope.top !== undefined && this.found('C7', scope, 'delivered, but not in the log', { client, offset }));
    if (event.told !== undefined && event.told !== offset) this.found('C7', scope, 'the publication and its entry name two offsets', { client, offset, told: event.told });
    if (event.hash !== entry.hash) this.found('C7', scope, 'another content than the log', { client, offset });
    const message = scope.messages?.get(entry.seq);
    const unchanged = event.type === 'message.created' && message !== undefined && !message.deleted && message.edits === 0;
    if (unchanged && event.text !== entry.text) this.found('C7', scope, 'another text than the log', { client, offset });
    if (!this.mayHave(scope, event)) this.found('C10', scope, 'delivered without the right to read', { client, offset });
  }

  inOrder(scope, client, at, offset) {
    if (offset === at.last + 1) {
      at.last = offset;
    } else if (offset > at.last) {
      const gap = this.found('C5', scope, 'gap', { client, from: at.last + 1, to: offset - 1 });
      for (let missed = at.last + 1; missed < offset; missed += 1) at.missing.set(missed, gap);
      at.last = offset;
    } else if (at.missing.has(offset)) {
      at.missing.get(offset).what = 'out of order';  // one fault, not two
      at.missing.delete(offset);
    } else {
      this.found('C5', scope, 'repeat', { client, offset });
    }
  }

  // A member as of that entry; or he had begun to join again, and members may read back.
  mayHave(scope, event) {
    const turns = scope.turns?.get(event.user) ?? [];
    const before = turns.filter((turn) => turn.offset <= event.offset).at(-1);
    if (before?.member) return true;
    return turns.some((turn) => turn.member && turn.offset > event.offset && turn.begun <= event.t);
  }
}
