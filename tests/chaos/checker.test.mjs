// The checker finds each fault that is planted, exactly it, and nothing in a sound history.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { check } from './checker.mjs';
import { factsOf } from './history.mjs';

const scope = 'room:r1';
const epoch = 'E';

// Ann makes the room, Bob joins; eight messages, an edit, a deletion; Bob is kicked at 13; one more message.
function soundHistory() {
  const records = [];
  let t = 0;
  let offset = 0;
  const record = (fields) => records.push({ t: t += 1, scope, ...fields });
  const event = (user, fields) => record({ kind: 'event', client: `${user}-1`, user, ...fields });
  const listeners = new Set();
  const commit = (op, user, data, { nonce, wire } = {}) => {
    offset += 1;
    const full = { type: op, offset, at: `at-${offset}`, actor: user, ...data, ...(op === 'message.created' ? {} : { nonce }) };
    if (full.message) Object.assign(full.message, { seq: offset, nonce });
    const { op: type, user: actor, ...facts } = factsOf(full);
    for (const listener of listeners) event(listener, { op: 'publication', type, actor, ...facts, offset, told: offset });
    record({ kind: 'log', op: type, epoch, ...facts, user, offset, data: full });
    if (wire) record({ kind: 'ok', op: wire, user, nonce, offset, epoch, seq: wire === 'chat.send' ? offset : undefined });
  };
  const act = (wire, op, user, data, nonce) => {
    record({ kind: 'invoke', op: wire, user, nonce });
    commit(op, user, data, { nonce, wire });
  };
  const say = (user, text) => act('chat.send', 'message.created', user, { message: { author: user, text } }, `n${offset + 1}`);
  const listen = (user, fields = {}) => {
    event(user, { op: 'subscribed', offset, epoch, was_recovering: false, recovered: false, ...fields });
    listeners.add(user);
  };
  commit('member.joined', 'ann', { users: [{ id: 'ann' }] });
  listen('ann');
  act('room.join', 'member.joined', 'bob', { users: [{ id: 'bob' }] }, 'j1');
  listen('bob');
  for (let i = 0; i < 8; i += 1) say(i % 2 === 0 ? 'ann' : 'bob', `text ${i}`);
  act('chat.edit', 'message.edited', 'ann', { seq: 3, text: 'text 0', edit_count: 1 }, 'e1');
  act('chat.delete', 'message.deleted', 'bob', { seqs: [4] }, 'd1');
  records.find((one) => one.kind === 'log' && one.offset === 4).data.message.deleted = true;
  listeners.delete('bob');
  act('room.kick', 'member.left', 'ann', { users: ['bob'] }, 'k1');
  event('bob', { op: 'unsubscribed' });
  say('ann', 'alone');
  record({ kind: 'log', op: 'top', epoch, offset });
  for (const one of records.filter((each) => each.op === 'message.created' && each.kind === 'log')) {
    const { author, text } = one.data.message;
    const message = { seq: one.offset, author, ...(one.offset === 4 ? { deleted: true } : { text }), ...(one.offset === 3 ? { edit_count: 1 } : {}) };
    record({ kind: 'state', op: 'message', seq: one.offset, message });
  }
  record({ kind: 'state', op: 'member', user: 'ann' });
  record({ kind: 'state', op: 'end' });
  return records;
}

const isEvent = (user, offset) => (record) => record.op === 'publication' && record.user === user && record.offset === offset;
const isLog = (offset) => (record) => record.kind === 'log' && record.op !== 'top' && record.offset === offset;

function found(damage, options) {
  const records = soundHistory();
  const at = (which) => {
    const index = records.findIndex(which);
    assert.notEqual(index, -1);
    return index;
  };
  damage(records, at);
  return check(records, options).violations.map(({ check: id, what }) => `${id} ${what}`);
}

test('a sound history has no fault', () => {
  const { violations, counts } = check(soundHistory());
  assert.deepEqual(violations, []);
  assert.deepEqual([counts.acknowledged, counts.entries], [13, 14]);
});

test('an acknowledged message that is not in the log is lost', () => {
  assert.deepEqual(found((records) => records.push(
    { t: 900, scope, kind: 'invoke', op: 'chat.send', user: 'ann', nonce: 'x' },
    { t: 901, scope, kind: 'ok', op: 'chat.send', user: 'ann', nonce: 'x', offset: 15, seq: 15, epoch })), ['C1 acknowledged and lost']);
});

test('an entry nobody tried, and one that was refused', () => {
  assert.deepEqual(found((records, at) => records.splice(at((one) => one.kind === 'invoke' && one.nonce === 'n14'), 1)), ['C2 nobody tried this']);
  assert.deepEqual(found((records, at) => { records[at((one) => one.kind === 'ok' && one.nonce === 'n14')].kind = 'fail'; }), ['C2 refused, yet it happened']);
});

test('one nonce twice in the log is doubled', () => {
  assert.deepEqual(found((records, at) => {
    const twin = records[at(isLog(7))];
    const [first] = records.filter(isLog(5));
    twin.nonce = first.nonce;
    twin.user = first.user;
    records.splice(at((one) => one.kind === 'ok' && one.nonce === 'n7'), 1);
  }), ['C3 one nonce twice']);
});

test('a hole and a changed epoch in the log', () => {
  assert.deepEqual(found((records, at) => {
    records.splice(at(isLog(6)), 1);
    for (const user of ['ann', 'bob']) records.splice(at(isEvent(user, 6)), 1);
    records.splice(at((one) => one.kind === 'ok' && one.nonce === 'n6'), 1);
    records.splice(at((one) => one.op === 'message' && one.seq === 6), 1);
  }), ['C4 offset', 'C5 gap', 'C5 gap']);
  assert.deepEqual(found((records, at) => { records[at(isLog(1))].epoch = 'F'; }), ['C4 epoch']);
});

test('a delivery that is missing, doubled, swapped, or missing at the end', () => {
  assert.deepEqual(found((records, at) => records.splice(at(isEvent('bob', 6)), 1)), ['C5 gap']);
  assert.deepEqual(found((records, at) => records.splice(at(isEvent('bob', 6)), 0, { ...records[at(isEvent('bob', 6))] })), ['C5 repeat']);
  assert.deepEqual(found((records, at) => {
    const [six, seven] = [at(isEvent('bob', 6)), at(isEvent('bob', 7))];
    [records[six], records[seven]] = [records[seven], records[six]];
  }), ['C5 out of order']);
  assert.deepEqual(found((records, at) => records.splice(at(isEvent('ann', 14)), 1)), ['C5 the end is missing']);
});

test('a recovery that leaves entries out, and one that was refused without need', () => {
  const again = (fields) => (records, at) => records.splice(at(isEvent('ann', 8)), 1, {
    t: records[at(isEvent('ann', 8))].t, scope, kind: 'event', client: 'ann-1', user: 'ann', op: 'subscribed', epoch, was_recovering: true, ...fields });
  assert.deepEqual(found(again({ offset: 8, recovered: true })), ['C5 recovered from another position']);
  assert.deepEqual(found(again({ offset: 7, recovered: true })), ['C5 gap']);
  assert.deepEqual(found(again({ offset: 8, recovered: false }), { recoverable: 100 }), ['C5 not recovered though little was missing']);
  assert.deepEqual(found(again({ offset: 8, recovered: false })), []);
});

test('an answer with a wrong offset, seq or epoch', () => {
  const answer = (change) => (records, at) => Object.assign(records[at((one) => one.kind === 'ok' && one.nonce === 'n14')], change);
  assert.deepEqual(found(answer({ offset: 15, seq: 15 })), ['C6 the answer tells another position']);
  assert.deepEqual(found(answer({ seq: 15 })), ['C6 seq is not the offset']);
  assert.deepEqual(found(answer({ epoch: 'F' })), ['C6 the answer tells another position']);
});

test('a delivery with another content, and one that is in no log', () => {
  assert.deepEqual(found((records, at) => { records[at(isEvent('bob', 6))].hash = 'other'; }), ['C7 another content than the log']);
  assert.deepEqual(found((records, at) => { records[at(isEvent('bob', 6))].text = 'other'; }), ['C7 another text than the log']);
  assert.deepEqual(found((records, at) => records.splice(at(isEvent('ann', 14)) + 1, 0, { ...records[at(isEvent('ann', 14))], offset: 15, told: 15 })),
    ['C7 delivered, but not in the log']);
});

test('an order against real time', () => {
  assert.deepEqual(found((records, at) => { records[at((one) => one.kind === 'invoke' && one.nonce === 'n5')].t = 500; records[at((one) => one.kind === 'ok' && one.nonce === 'n5')].t = 501; }),
    ['C8 begun after a higher one was acknowledged']);
});

test('a state that the log does not fold to', () => {
  const message = (seq, change) => (records, at) => Object.assign(records[at((one) => one.op === 'message' && one.seq === seq)].message, change);
  assert.deepEqual(found(message(5, { text: 'other' })), ['C9 the folded log and the state differ']);
  assert.deepEqual(found(message(4, { deleted: false, text: 'text 1' })), ['C9 the folded log and the state differ']);
  assert.deepEqual(found((records, at) => records.splice(at((one) => one.op === 'message' && one.seq === 5), 1)), ['C9 an entry without message']);
  assert.deepEqual(found((records, at) => records.splice(at((one) => one.op === 'member'), 1)), ['C9 membership']);
});

test('a delivery after the kick', () => {
  assert.deepEqual(found((records, at) => {
    const late = { ...records[at(isEvent('ann', 14))], client: 'bob-1', user: 'bob' };
    const kick = { ...records[at(isEvent('ann', 13))], client: 'bob-1', user: 'bob' };
    records.splice(at((one) => one.op === 'unsubscribed'), 1);
    records.splice(at(isEvent('ann', 14)) + 1, 0, kick, late);
  }), ['C10 delivered without the right to read', 'C10 delivered without the right to read']);
});
