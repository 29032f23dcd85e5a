// Messages: send, edit, delete, reply, and what history shows of them.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Client } from './lib/client.mjs';
import { Raw } from './lib/raw.mjs';
import { Server, nonce } from './lib/server.mjs';
import { bothHear, watchers } from './lib/watch.mjs';

let server;
before(async () => { server = await new Server().start(); });
after(() => server.stop());

/** Ann owns a room, Bob is in it; both connected. */
async function pair(name) {
  const ann = await new Client(server, `${name}-ann`).connect();
  const bob = await new Client(server, `${name}-bob`).connect();
  const { room } = await ann.rpc('room.create', { name });
  await bob.rpc('room.join', { room: room.id });
  const end = () => { ann.disconnect(); bob.disconnect(); };
  return { ann, bob, room: room.id, channel: `room:${room.id}`, end };
}

/** A room of NAME-ann that NAME-bob is in, both of whom watch it, and NAME-eve who is a stranger. */
async function watched(name) {
  const [ann, bob, eve] = ['ann', 'bob', 'eve'].map((who) => `${name}-${who}`);
  const { room: { id: room } } = (await server.rest('POST', '/rooms', { user: ann, body: { name } })).body;
  await server.rest('POST', `/rooms/${room}/join`, { user: bob, body: {} });
  return { room, ann, bob, eve, all: await watchers(server, room, [ann, bob, eve]) };
}

/** A stranger is told that he is no member, by RPC and REST. */
async function mustRefuse(eve, method, fields, [verb, path, body]) {
  assert.deepEqual(await eve.refused(method, fields), { code: 1001, message: 'not_member' });
  const { status, body: { code } } = await server.rest(verb, path, { user: eve.user, body });
  assert.deepEqual([status, code], [403, 'not_member']);
}

test('sendMessage, broadcastMessage, publishChatMessage: all hear all messages in one order, a stranger none', async () => {
  const { room, ann, bob, all } = await watched('send');
  const path = `/rooms/${room}/messages`;
  const first = await all.textbook.send(room, 'one');
  const second = (await server.rest('POST', path, { user: bob, body: { text: 'two' } })).body;
  const third = await all.everywhere.send(room, 'three');
  assert.deepEqual([first, second, third].map(({ seq, offset }) => [seq, offset]), [[3, 3], [4, 4], [5, 5]]);
  await bothHear(all, [[3, 'message.created', ann], [4, 'message.created', bob], [5, 'message.created', bob]]);
  const texts = ['one', 'two', 'three'];
  for (const client of [all.textbook, all.everywhere]) assert.deepEqual(client.entries(all.channel).map((entry) => entry.message?.text).slice(-3), texts);
  assert.deepEqual((await server.rest('GET', path, { user: ann })).body.messages.map((message) => message.text), texts);
  await mustRefuse(all.stranger, 'chat.send', { room, text: 'x' }, ['POST', path, { text: 'x' }]);
  await mustRefuse(all.stranger, 'chat.history', { room }, ['GET', path]);
});

test('editMessage, broadcastMessageEdit, publishMessageEdit: all hear each new text in one order, a stranger none', async () => {
  const { room, ann, bob, all } = await watched('editing');
  const path = `/rooms/${room}/messages/3`;
  const { seq } = await all.textbook.send(room, 'helo');
  await all.textbook.rpc('chat.edit', { room, seq, text: 'hello', nonce: nonce() });
  const { offset } = (await server.rest('PATCH', path, { user: ann, body: { text: 'hello!' } })).body;
  assert.deepEqual([seq, offset], [3, 5]);
  await bothHear(all, [[3, 'message.created', ann], [4, 'message.edited', ann], [5, 'message.edited', ann]]);
  for (const client of [all.textbook, all.everywhere]) {
    assert.deepEqual(client.entries(all.channel).slice(-2).map((entry) => [entry.seq, entry.text]), [[3, 'hello'], [3, 'hello!']]);
  }
  assert.deepEqual((await all.everywhere.rpc('chat.get', { room, seq })).message.text, 'hello!');
  assert.equal((await server.rest('PATCH', path, { user: bob, body: { text: 'x' } })).body.code, 'permission_denied');
  await mustRefuse(all.stranger, 'chat.edit', { room, seq, text: 'x' }, ['PATCH', path, { text: 'x' }]);
  await mustRefuse(all.stranger, 'chat.edits', { room, seq }, ['GET', `${path}/edits`]);
});

test('deleteMessage, broadcastMessageDelete, publishMessageDelete: all hear what is gone in one order, a stranger nothing', async () => {
  const { room, ann, bob, all } = await watched('deleting');
  const { seq } = await all.textbook.send(room, 'mine');
  await all.everywhere.send(room, 'of bob');
  await all.textbook.rpc('chat.delete', { room, seq, nonce: nonce() });
  await server.rest('DELETE', `/rooms/${room}/messages/4`, { user: ann });
  await bothHear(all, [[3, 'message.created', ann], [4, 'message.created', bob], [5, 'message.deleted', ann], [6, 'message.deleted', ann]]);
  for (const client of [all.textbook, all.everywhere]) assert.deepEqual(client.entries(all.channel).slice(-2).map((entry) => entry.seqs ?? [entry.seq]), [[3], [4]]);
  const { messages } = await all.everywhere.rpc('chat.history', { room });
  assert.deepEqual(messages.map((message) => [message.seq, message.deleted, message.text]), [[3, true, undefined], [4, true, undefined]]);
  await mustRefuse(all.stranger, 'chat.delete', { room, seq }, ['DELETE', `/rooms/${room}/messages/${seq}`]);
});

test('an edit reaches everybody with the new text; the old ones stay readable in their order', async () => {
  const { ann, bob, room, channel, end } = await pair('edit');
  await bob.subscribe(channel);
  const { seq } = await ann.send(room, 'helo');
  const first = await ann.rpc('chat.edit', { room, seq, text: 'hello', nonce: nonce() });
  await server.rest('PATCH', `/rooms/${room}/messages/${seq}`, { user: 'edit-ann', body: { text: 'hello!' } });

  await bob.until(() => bob.entries(channel).length === 3);
  const edits = bob.entries(channel).slice(1);
  assert.deepEqual(edits.map((e) => [e.type, e.seq, e.text, e.edit_count]), [
    ['message.edited', seq, 'hello', 1], ['message.edited', seq, 'hello!', 2],
  ]);
  assert.equal(edits[0].offset, first.offset);
  const old = (await bob.rpc('chat.edits', { room, seq })).edits;
  assert.deepEqual(old.map((edit) => [edit.number, edit.text]), [[1, 'helo'], [2, 'hello']]);
  const overRest = await server.rest('GET', `/rooms/${room}/messages/${seq}/edits`, { user: 'edit-bob' });
  assert.deepEqual(overRest.body.edits, old);
  const [message] = (await bob.rpc('chat.history', { room })).messages;
  assert.deepEqual([message.text, message.edit_count, message.seq], ['hello!', 2, seq]);
  end();
});

test('an edit to the text that is there already changes nothing, makes no entry and binds no nonce', async () => {
  const { ann, room, end } = await pair('equal');
  const { seq } = await ann.send(room, 'same');
  const before = await ann.rpc('chat.history', { room });
  const key = nonce();
  assert.deepEqual(await ann.rpc('chat.edit', { room, seq, text: 'same', nonce: key }), { changed: false });
  assert.equal((await ann.rpc('chat.history', { room })).offset, before.offset);
  assert.equal((await ann.rpc('chat.edit', { room, seq, text: 'other', nonce: key })).offset, before.offset + 1);
  end();
});

test('a deleted text is nowhere afterwards: pages, log, recovery, edits, single message, reply previews', async () => {
  const { ann, bob, room, channel, end } = await pair('delete');
  const { seq, epoch } = await ann.send(room, 'secret-one');
  await ann.rpc('chat.edit', { room, seq, text: 'secret-two', nonce: nonce() });
  const answer = await bob.send(room, 'an answer', { reply_to: seq });
  const shownReply = async () => (await bob.rpc('chat.history', { room })).messages.find((m) => m.seq === answer.seq).reply;
  assert.deepEqual(await shownReply(), { seq, author: 'delete-ann', text: 'secret-two' });

  await bob.subscribe(channel);
  const deleted = await ann.rpc('chat.delete', { room, seq, reason: 'mistake', nonce: nonce() });
  await bob.until(() => bob.entries(channel).length === 1);
  const [entry] = bob.entries(channel);
  assert.deepEqual([entry.type, entry.seqs, entry.reason, entry.offset], ['message.deleted', [seq], 'mistake', deleted.offset]);

  assert.deepEqual(await shownReply(), { seq, author: 'delete-ann', deleted: true });
  const raw = await Raw.connected(server, 'delete-bob');
  const everything = [
    await bob.rpc('chat.history', { room }), await bob.rpc('chat.get', { room, seq }),
    await bob.rpc('chat.edits', { room, seq }), await raw.ask({ history: { channel, limit: -1 } }),
    await raw.ask({ subscribe: { channel, recover: true, epoch, offset: 1 } }),
    (await server.rest('GET', `/rooms/${room}/messages`, { user: 'delete-bob' })).body,
    (await server.rest('GET', `/rooms/${room}/messages/${seq}`, { user: 'delete-bob' })).body,
    (await server.rest('GET', `/rooms/${room}/messages/${seq}/edits`, { user: 'delete-bob' })).body,
  ];
  for (const answered of everything) assert.ok(!JSON.stringify(answered).includes('secret-'), JSON.stringify(answered));

  const tombstone = everything[0].messages.find((m) => m.seq === seq);
  assert.deepEqual([tombstone.deleted, tombstone.deleted_by, tombstone.reason, tombstone.author], [true, 'delete-ann', 'mistake', 'delete-ann']);
  const replayed = everything[4].subscribe.publications.map((p) => p.data).filter((e) => e.type.startsWith('message.'));
  assert.deepEqual(replayed.map((e) => [e.type, e.deleted ?? e.message?.deleted ?? false]), [
    ['message.created', true], ['message.edited', true], ['message.created', false], ['message.deleted', false],
  ]);
  assert.deepEqual(Object.keys(replayed[1]).sort(), ['actor', 'at', 'deleted', 'nonce', 'offset', 'seq', 'type']);
  await raw.close();
  end();
});

test('one delete takes several messages away: one entry names them, and no text of them comes back', async () => {
  const { ann, bob, room, channel, end } = await pair('several');
  await bob.subscribe(channel);
  const { seq: kept, epoch } = await ann.send(room, 'stays');
  const sent = [];
  for (let i = 0; i < 4; i += 1) sent.push((await ann.send(room, `secret-${i}`)).seq);
  const [first, , , last] = sent;
  await ann.rpc('chat.delete', { room, seq: sent[1], nonce: nonce() });
  // One of them deleted before, and in no order.
  const deleted = await ann.rpc('chat.delete', { room, seqs: [last, first, sent[1]], reason: 'spam', nonce: nonce() });
  const heard = () => bob.entries(channel).find((entry) => entry.offset === deleted.offset);
  await bob.until(heard);
  assert.deepEqual([heard().type, heard().seqs, heard().reason], ['message.deleted', [first, last], 'spam']);

  const rest = await server.rest('POST', `/rooms/${room}/messages/delete`, { user: 'several-ann', body: { seqs: [sent[2]] } });
  assert.deepEqual([rest.status, rest.body.offset], [200, deleted.offset + 1]);
  const raw = await Raw.connected(server, 'several-bob');
  const from = (offset) => raw.ask({ subscribe: { channel, recover: true, epoch, offset } });
  const everything = [];
  // From the ring and, further back, from the store.
  for (const offset of [deleted.offset, last, last - 1, kept, 1]) {
    everything.push(await from(offset));
    assert.ok(everything.at(-1).subscribe.recovered, JSON.stringify(everything.at(-1)));
    await raw.ask({ unsubscribe: { channel } });
  }
  everything.push(await raw.ask({ history: { channel, limit: -1 } }), await bob.rpc('chat.history', { room }));
  for (const answered of everything) assert.ok(!JSON.stringify(answered).includes('secret-'), JSON.stringify(answered));
  const shown = everything.at(-1).messages.map((m) => [m.seq, m.deleted ?? false, m.reason]);
  assert.deepEqual(shown, [[kept, false, undefined], [first, true, 'spam'], [sent[1], true, undefined], [sent[2], true, undefined], [last, true, 'spam']]);
  await raw.close();
  end();
});

test('a delete of several is done for all or for none', async () => {
  const { ann, bob, room, end } = await pair('all-or-none');
  const { seq: his } = await bob.send(room, "bob's");
  const { seq: hers } = await ann.send(room, "ann's");
  const { offset } = await ann.rpc('chat.history', { room });
  assert.equal((await bob.refused('chat.delete', { room, seqs: [his, hers] })).code, 103);
  assert.equal((await bob.refused('chat.delete', { room, seqs: [his, 99] })).code, 1000);
  const refused = async (fields) => (await bob.refused('chat.delete', { room, ...fields })).message;
  const hundred = Array.from({ length: 100 }, (_, i) => i + 1);
  assert.equal(await refused({ seqs: [...hundred, 101] }), 'limit_exceeded:seqs');
  assert.equal(await refused({ seqs: hundred }), 'not_found');  // the first is a join; so many may be asked
  for (const seqs of [[], [his, his], [0], ['1'], [1.5], his, {}, [[his]]]) assert.equal(await refused({ seqs }), 'bad_request:seqs', JSON.stringify(seqs));
  assert.equal(await refused({ seq: his, seqs: [his] }), 'bad_request:seq');
  const unchanged = await ann.rpc('chat.history', { room });
  assert.deepEqual([unchanged.offset, unchanged.messages.map((m) => m.deleted)], [offset, [undefined, undefined]]);

  const key = nonce();
  const done = await ann.rpc('chat.delete', { room, seqs: [hers, his], nonce: key });
  assert.equal(done.offset, offset + 1);
  const again = await ann.rpc('chat.delete', { room, seqs: [his, hers], nonce: key });
  assert.deepEqual([again.offset, again.duplicate], [done.offset, true], 'the same messages in another order');
  assert.deepEqual(await ann.rpc('chat.delete', { room, seqs: [his, hers], nonce: nonce() }), { changed: false });
  assert.equal((await ann.rpc('chat.history', { room })).offset, offset + 1);
  end();
});

test('deleting twice changes nothing, and a deleted message can be neither edited nor found by its author', async () => {
  const { ann, room, end } = await pair('again');
  const { seq } = await ann.send(room, 'x');
  await ann.rpc('chat.delete', { room, seq, nonce: nonce() });
  assert.deepEqual(await ann.rpc('chat.delete', { room, seq, nonce: nonce() }), { changed: false });
  assert.deepEqual(await ann.refused('chat.edit', { room, seq, text: 'y' }), { code: 1000, message: 'not_found' });
  end();
});

test('only the author edits; the owner deletes what others wrote, a member does not', async () => {
  const { ann, bob, room, end } = await pair('rights');
  const ofAnn = await ann.send(room, "ann's");
  const ofBob = await bob.send(room, "bob's");
  assert.equal((await ann.refused('chat.edit', { room, seq: ofBob.seq, text: 'forged' })).code, 103);
  assert.equal((await bob.refused('chat.edit', { room, seq: ofAnn.seq, text: 'forged' })).code, 103);
  assert.equal((await bob.refused('chat.delete', { room, seq: ofAnn.seq })).code, 103);
  assert.equal((await ann.refused('chat.edit', { room, seq: 1, text: 'a join is no message' })).code, 1000);
  assert.equal((await ann.refused('chat.delete', { room, seq: 99 })).code, 1000);
  await ann.rpc('chat.delete', { room, seq: ofBob.seq });
  const shown = (await bob.rpc('chat.get', { room, seq: ofBob.seq })).message;
  assert.deepEqual([shown.deleted, shown.deleted_by, shown.author], [true, 'rights-ann', 'rights-bob']);
  end();
});

test('a reply shows the start of what it answers as it is now, never cut inside a character', async () => {
  const { ann, bob, room, channel, end } = await pair('reply');
  await ann.subscribe(channel);
  const { seq } = await ann.send(room, 'first');
  const answer = await bob.send(room, 'yes', { reply_to: seq });
  await ann.until(() => ann.entries(channel).some((e) => e.offset === answer.offset));
  assert.equal(ann.entries(channel).at(-1).message.reply_to, seq);

  await ann.rpc('chat.edit', { room, seq, text: '😀'.repeat(300), nonce: nonce() });
  const { message } = await bob.rpc('chat.get', { room, seq: answer.seq });
  assert.deepEqual([message.reply_to, message.reply.author, message.reply.text], [seq, 'reply-ann', '😀'.repeat(200)]);

  const refused = { code: 107, message: 'bad_request:reply_to' };
  assert.deepEqual(await bob.refused('chat.send', { room, text: 'x', reply_to: 99 }), refused);
  assert.deepEqual(await bob.refused('chat.send', { room, text: 'x', reply_to: 1 }), refused, 'a join is no message');
  const other = await pair('reply-other');
  const elsewhere = await other.ann.send(other.room, 'elsewhere');
  await other.ann.send(other.room, 'more');
  assert.deepEqual(await bob.refused('chat.send', { room, text: 'x', reply_to: elsewhere.seq + 10 }), refused);
  other.end();
  end();
});

test('pages go before, after, around and from the newest, ascending, and say whether there is more', async () => {
  const { ann, room, end } = await pair('pages');
  const seqs = [];
  for (let i = 0; i < 10; i += 1) seqs.push((await ann.send(room, `m${i}`)).seq);
  const page = async (query) => {
    const { messages, has_more_before: before, has_more_after: later } = await ann.rpc('chat.history', { room, ...query });
    return [messages.map((m) => seqs.indexOf(m.seq)), before, later];
  };
  assert.deepEqual(await page({ limit: 3 }), [[7, 8, 9], true, false]);
  assert.deepEqual(await page({ limit: 200 }), [[0, 1, 2, 3, 4, 5, 6, 7, 8, 9], false, false]);
  assert.deepEqual(await page({ before: seqs[4], limit: 3 }), [[1, 2, 3], true, true]);
  assert.deepEqual(await page({ before: seqs[2], limit: 5 }), [[0, 1], false, true]);
  assert.deepEqual(await page({ after: seqs[4], limit: 3 }), [[5, 6, 7], true, true]);
  assert.deepEqual(await page({ after: seqs[7], limit: 5 }), [[8, 9], true, false]);
  assert.deepEqual(await page({ around: seqs[5], limit: 4 }), [[3, 4, 5, 6, 7], true, true], 'half of the limit on each side, and itself');
  assert.deepEqual(await page({ before: 1, limit: 5 }), [[], false, true]);
  assert.deepEqual(await page({ after: 999, limit: 5 }), [[], true, false]);
  assert.deepEqual(await page({ around: 1, limit: 4 }), [[0, 1], false, true], 'a cursor that is no message is fine');
  for (const query of [{ before: 3, after: 4 }, { limit: 0 }, { limit: 201 }, { before: 0 }, { before: -1 }, { limit: 1.5 }, { limit: '5' }]) {
    assert.equal((await ann.refused('chat.history', { room, ...query })).code, 107, JSON.stringify(query));
  }
  end();
});

test('a walk in either direction meets every message once while others send and delete', async () => {
  const { ann, bob, room, end } = await pair('walk');
  const seqs = [];
  for (let i = 0; i < 23; i += 1) seqs.push((await ann.send(room, `m${i}`)).seq);
  const walk = async (direction, from, limit) => {
    const met = [];
    for (let cursor = from, more = true; more;) {
      const result = await bob.rpc('chat.history', { room, [direction]: cursor, limit });
      await Promise.all([ann.send(room, 'meanwhile'), ann.rpc('chat.delete', { room, seq: seqs[met.length % seqs.length] })]);
      const here = result.messages.map((m) => m.seq);
      if (direction === 'before') met.unshift(...here);
      else met.push(...here);
      more = direction === 'before' ? result.has_more_before : result.has_more_after;
      if (direction === 'after' && here.at(-1) >= seqs.at(-1)) more = false;  // from here on it would never end
      cursor = direction === 'before' ? here[0] : here.at(-1);
    }
    return met.filter((seq) => seqs.includes(seq));
  };
  for (const limit of [1, 4, 7]) assert.deepEqual(await walk('before', seqs.at(-1) + 1, limit), seqs, `before, ${limit} each`);
  for (const limit of [2, 5]) assert.deepEqual(await walk('after', 1, limit), seqs, `after, ${limit} each`);
  end();
});

test('a subscription from the position of a page leaves no gap to the page', async () => {
  const { ann, bob, room, channel, end } = await pair('position');
  await ann.send(room, 'one');
  const page = await bob.rpc('chat.history', { room });
  await ann.send(room, 'two');
  const subscription = await bob.subscribe(channel, { since: { epoch: page.epoch, offset: page.offset } });
  await ann.send(room, 'three');
  await bob.until(() => bob.entries(channel).length === 2);
  assert.deepEqual(bob.entries(channel).map((e) => [e.offset, e.message.text]), [[page.offset + 1, 'two'], [page.offset + 2, 'three']]);
  assert.equal(subscription.state, 'subscribed');
  end();
});

test('a message carries its nonce, format and author to everybody, and its time in milliseconds', async () => {
  const { ann, bob, room, channel, end } = await pair('fields');
  await bob.subscribe(channel);
  const key = nonce();
  const sent = await ann.rpc('chat.send', { room, text: '*hi*', format: 'plain', nonce: key });
  await bob.until(() => bob.entries(channel).length === 1);
  const [{ message, at, actor, author_name: name }] = bob.entries(channel);
  assert.deepEqual([message.seq, message.author, message.kind, message.text, message.format, message.nonce],
    [sent.seq, 'fields-ann', 'user', '*hi*', 'plain', key]);
  assert.deepEqual([at, actor, name], [sent.at, 'fields-ann', 'fields-ann']);
  assert.match(at, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  assert.equal((await bob.refused('chat.send', { room, text: 'x', format: 'html' })).message, 'bad_request:format');
  end();
});

test('a reply keeps its place among the other messages of its sender', async () => {
  const { ann, room, end } = await pair('order');
  const { seq } = await ann.send(room, 'first');
  const sent = await Promise.all(Array.from({ length: 20 }, (_, i) => ann.send(room, `m${i}`, i % 2 === 0 ? { reply_to: seq } : {})));
  assert.deepEqual(sent.map((one) => one.seq), sent.map((one) => one.seq).sort((a, b) => a - b));
  end();
});
