// Joining, leaving, being let in and being put out, all at once: one defined end, and never more than there is room for.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Client } from '../system/lib/client.mjs';
import { Server, nonce } from '../system/lib/server.mjs';
import { long, seeded } from './random.mjs';
import { membersIn, mustAgree, settled } from './stored.mjs';

const capacity = 37;
const crowd = 300;

let server;
before(async () => { server = await new Server({ flags: ['--drain.timeout=0', '--limits.rooms_per_user=10000'] }).start(); });
after(() => server.stop());

const person = (user, mode = 'all') => new Client(server, user, { mode }).connect();
const rest = (user, path, body = {}) => server.rest('POST', path, { user, body, headers: { 'Idempotency-Key': nonce() } });
const named = (answer) => (answer.status < 300 ? 'ok' : answer.body.code);
const codes = async (...calls) => (await Promise.all(calls)).map(named);
const typesOf = (now, scope, user) => (now.logs.get(scope) ?? []).filter((entry) => entry.user === user).map((entry) => entry.type);
const founded = async (owner, fields = {}) => (await rest(owner, '/groups', { name: 'Crowd', ...fields })).body.group.id;
const roomOf = async (owner, group, fields = {}) => (await rest(owner, '/rooms', { name: 'Corner', group, ...fields })).body.room.id;

// One of the crowd: joins, and if he is in may leave and come again. What he did, in its order.
async function comeAndGo(user, path, random, acts) {
  for (let turns = 0; turns < 4; turns += 1) {
    for (const op of ['join', 'leave']) {
      const act = { user, op, begun: performance.now() };
      act.answer = named(await rest(user, `${path}/${op}`));
      act.ended = performance.now();
      acts.push(act);
      if (act.answer !== 'ok' || random.chance(0.5)) return;
    }
  }
}

// Each act with the offset of its entry: a person's entries come in the order of his acts.
function placed(acts, log) {
  const turns = new Map();
  for (const entry of log) turns.set(entry.user, [...(turns.get(entry.user) ?? []), entry]);
  for (const act of acts.filter((one) => one.answer === 'ok')) {
    const entry = turns.get(act.user)?.shift();
    assert.equal(entry?.type, act.op === 'join' ? 'member.joined' : 'member.left', `${act.user}'s ${act.op}`);
    act.offset = entry.offset;
  }
}

// Who was told "full" was judged after all that was answered before he began, and before all that began after his answer.
function mustHaveBeenFull(acts, log) {
  const done = acts.filter((act) => act.offset !== undefined);
  for (const refused of acts.filter((act) => act.answer === 'full')) {
    const from = Math.max(1, ...done.filter((act) => act.ended < refused.begun).map((act) => act.offset));
    const to = Math.min(log.length, ...done.filter((act) => act.begun > refused.ended).map((act) => act.offset - 1));
    assert.ok(log.slice(from - 1, to).some((entry) => entry.members === capacity), `${refused.user} was refused where the log shows room, ${from} to ${to}`);
  }
}

const storms = long ? 20 : 3;

test(`D10: ${storms} times ${crowd} joins at once, with leaves among them, into a room and a group of ${capacity}`, { timeout: 3_000_000 }, async () => {
  const random = seeded('joins');
  const told = { ok: 0, full: 0 };
  for (let round = 0; round < storms; round += 1) {
    const group = await founded('owner', { capacity });
    const room = (await rest('owner', '/rooms', { name: 'Narrow', capacity })).body.room.id;
    for (const [scope, path] of [[`group:${group}`, `/groups/${group}`], [`room:${room}`, `/rooms/${room}`]]) {
      const acts = [];
      await Promise.all(Array.from({ length: crowd }, (_, i) => comeAndGo(`c${i}`, path, random.branch(), acts)));
      const now = await settled(server.folder);
      const log = now.logs.get(scope);
      mustAgree(now);
      assert.deepEqual([...new Set(acts.map((act) => act.answer))].filter((one) => one !== 'ok' && one !== 'full'), []);
      assert.ok(log.every((entry) => entry.members <= capacity), scope);
      placed(acts, log);
      mustHaveBeenFull(acts, log);
      acts.forEach((act) => { told[act.answer] += 1; });
      const shown = (await server.rest('GET', path, { user: 'owner' })).body;
      assert.equal((shown.group ?? shown.room).members, membersIn(now, scope).length);
    }
  }
  console.log(`joins: ${JSON.stringify(told)}`);
  assert.ok(told.full > 0);
});

const decisions = long ? 100 : 20;
const outcomes = {
  approved: { user: ['join.pending', 'join.approved', 'group.added', 'room.added'], staff: ['join.requested', 'join.decided'], group: ['member.joined'] },
  rejected: { user: ['join.pending', 'join.rejected'], staff: ['join.requested', 'join.decided'], group: [] },
  cancelled: { user: ['join.pending', 'join.closed'], staff: ['join.requested', 'join.closed'], group: [] },
};

test(`D14: ${decisions} times approve, reject and cancel at once: one outcome, and all logs agree on it`, { timeout: 600_000 }, async () => {
  const random = seeded('decisions');
  const owner = await person('judge');
  const group = await founded('judge', { join_mode: 'approval' });
  const won = new Map();
  for (let round = 0; round < decisions; round += 1) {
    const user = `asks${round}`;
    const { request } = (await rest(user, `/groups/${group}/join`)).body;
    const deeds = [['approve', 'judge', 'approved'], ['reject', 'judge', 'rejected'], ['cancel', user, 'cancelled']];
    const order = deeds.map((deed) => [random.next(), deed]).sort(([a], [b]) => a - b).map(([, deed]) => deed);
    const answers = await codes(...order.map(([op, who]) => rest(who, `/groups/${group}/requests/${request.id}/${op}`)));
    assert.deepEqual([...answers].sort(), ['ok', 'request_not_pending', 'request_not_pending'], `round ${round}`);
    won.set(user, { id: request.id, state: order[answers.indexOf('ok')][2] });
  }
  const now = await settled(server.folder);
  mustAgree(now);
  for (const [user, { id, state }] of won) {
    assert.equal(now.requests.find((row) => row.id === id).state, state);
    assert.deepEqual(typesOf(now, `user:${user}`, user), outcomes[state].user, user);
    assert.deepEqual(typesOf(now, `staff:group:${group}`, user), outcomes[state].staff, user);
    assert.deepEqual(typesOf(now, `group:${group}`, user), outcomes[state].group, user);
    const decided = now.logs.get(`staff:group:${group}`).filter((entry) => entry.user === user).at(-1);
    assert.equal(decided.data.request.state, state);
  }
  const states = [...won.values()].map(({ state }) => state);
  console.log(`decisions: ${JSON.stringify(Object.fromEntries(Object.keys(outcomes).map((state) => [state, states.filter((one) => one === state).length])))}`);
  // What those in the group heard, entry or signal: nobody before he was let in, and of the others nothing.
  const top = now.logs.get(`group:${group}`).length;
  await owner.until(() => owner.entries(`group:${group}`).at(-1)?.offset === top || top === 1);
  for (const channel of [`group:${group}`, `room:${group}`]) {
    const heard = owner.log.filter((item) => item.channel === channel).map((item) => ({ type: item.type, text: JSON.stringify(item) }));
    for (const [user, { state }] of won) {
      const first = heard.find(({ text }) => text.includes(`"${user}"`))?.type;
      assert.ok(state === 'approved' ? [undefined, 'member.joined'].includes(first) : first === undefined, `${user}, ${state}: ${channel} told ${first}`);
    }
  }
});

const repeats = long ? 50 : 8;
const often = async (run) => { for (let i = 0; i < repeats; i += 1) await run(i); };

test('leave and kick at once: out once, of the group and all its rooms, and both are answered', { timeout: 600_000 }, async () => {
  await often(async (i) => {
    const user = `goes${i}`;
    const group = await founded('lord');
    const rooms = [await roomOf('lord', group), await roomOf('lord', group)];
    await rest(user, `/groups/${group}/join`);
    for (const room of rooms) assert.equal(named(await rest(user, `/rooms/${room}/join`)), 'ok');
    const leave = rest(user, `/groups/${group}/leave`);
    const [left, kicked] = await codes(leave, rest('lord', `/groups/${group}/members/${user}/kick`));
    assert.ok(['ok', 'not_member'].includes(left) && ['ok', 'not_found'].includes(kicked) && (left === 'ok' || kicked === 'ok'), `${left}, ${kicked}`);
    const now = await settled(server.folder);
    mustAgree(now);
    for (const scope of [`group:${group}`, `room:${group}`, ...rooms.map((room) => `room:${room}`)]) {
      assert.deepEqual(typesOf(now, scope, user), ['member.joined', 'member.left'], scope);
    }
    assert.equal(typesOf(now, `user:${user}`, user).filter((type) => type === 'group.removed').length, 1);
    // The way back is open at once.
    assert.equal(named(await rest(user, `/groups/${group}/join`)), 'ok');
  });
});

test('the last free place: one is in, the other is told, and comes in when it is free again', async () => {
  await often(async () => {
    const group = await founded('host', { capacity: 2 });
    const users = ['first', 'second'];
    const answers = await codes(...users.map((user) => rest(user, `/groups/${group}/join`)));
    assert.deepEqual([...answers].sort(), ['full', 'ok']);
    const [inside, outside] = answers[0] === 'ok' ? users : users.reverse();
    await rest(inside, `/groups/${group}/leave`);
    assert.equal(named(await rest(outside, `/groups/${group}/join`)), 'ok');
  });
  mustAgree(await settled(server.folder));
});

test('delete while joining: nobody is left in what is gone, and his log says so', { timeout: 600_000 }, async () => {
  await often(async (i) => {
    const users = [`late${i}a`, `late${i}b`];
    const group = await founded('ender');
    const room = await roomOf('ender', group);
    await rest('ender', `/groups/${group}/join`);
    const gone = i % 2 === 0 ? `/groups/${group}` : `/rooms/${room}`;
    if (i % 2 === 1) for (const user of users) await rest(user, `/groups/${group}/join`);
    const end = server.rest('DELETE', gone, { user: 'ender' });
    const answers = await codes(...users.map((user) => rest(user, `${gone}/join`)), end);
    assert.equal(answers[2], 'ok');
    assert.ok(answers.slice(0, 2).every((answer) => ['ok', 'not_found'].includes(answer)), answers.join());
    const now = await settled(server.folder);
    mustAgree(now);
    for (const user of users) {
      const own = now.logs.get(`user:${user}`) ?? [];
      const named = (type) => own.filter((entry) => entry.type === type).map((entry) => (entry.data.room ?? entry.data.group).id).sort();
      assert.deepEqual(named('room.removed').filter((id) => id === room || i % 2 === 0), named('room.added').filter((id) => id === room || i % 2 === 0), user);
      if (i % 2 === 0) assert.deepEqual(named('group.removed'), named('group.added'), user);
      assert.equal((await server.rest('GET', gone, { user })).status, 404);
    }
  });
});

test('approved twice at once, and decided once more afterwards: one entry, and a clear answer', async () => {
  await often(async (i) => {
    const user = `twice${i}`;
    const group = await founded('lady', { join_mode: 'approval' });
    const ask = async () => (await rest(user, `/groups/${group}/join`)).body.request.id;
    const decide = (who, id, op) => rest(who, `/groups/${group}/requests/${id}/${op}`);
    const cancelled = await ask();
    assert.equal(named(await decide(user, cancelled, 'cancel')), 'ok');
    for (const op of ['approve', 'reject']) assert.equal(named(await decide('lady', cancelled, op)), 'request_not_pending');
    const request = await ask();
    const answers = await Promise.all([1, 2, 3].map(() => decide('lady', request, 'approve')));
    assert.deepEqual(answers.map((answer) => answer.body.state), ['approved', 'approved', 'approved']);
    assert.equal(answers.filter((answer) => answer.body.changed === false).length, 2);
    assert.equal(named(await decide('lady', request, 'reject')), 'request_not_pending');
    assert.equal(named(await decide(user, request, 'cancel')), 'request_not_pending');
    const now = await settled(server.folder);
    assert.deepEqual(typesOf(now, `group:${group}`, user), ['member.joined']);
    assert.equal(typesOf(now, `user:${user}`, user).filter((type) => type === 'join.approved').length, 1);
  });
});

test('joining again while the first joining still enters the default rooms: he ends in all of them', { timeout: 600_000 }, async () => {
  await often(async (i) => {
    const user = `again${i}`;
    const group = await founded('keeper');
    const rooms = [];
    for (let n = 0; n < 8; n += 1) rooms.push(await roomOf('keeper', group));
    await server.rest('PATCH', `/groups/${group}`, { user: 'keeper', body: { default_rooms: rooms } });
    const first = rest(user, `/groups/${group}/join`);
    const member = async () => (await server.rest('GET', `/groups/${group}`, { user })).body.group.joined;
    while (!await member());
    const left = rest(user, `/groups/${group}/leave`);
    let back = await rest(user, `/groups/${group}/join`);
    while (named(back) !== 'ok' || back.body.changed === false) {
      assert.ok(named(back) === 'ok' || back.status >= 500, named(back));
      back = await rest(user, `/groups/${group}/join`);
    }
    await Promise.all([first, left]);
    const now = await settled(server.folder);
    mustAgree(now);
    for (const room of rooms) assert.ok(membersIn(now, `room:${room}`).includes(user), `round ${i}: not in room ${rooms.indexOf(room)}`);
  });
});
