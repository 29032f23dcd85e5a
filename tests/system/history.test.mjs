// Reading a channel by the protocol's own commands: history, presence, and recovery to the entry.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Raw } from './lib/raw.mjs';
import { Server } from './lib/server.mjs';
import { eventually } from './lib/states.mjs';

let server;
before(async () => { server = await new Server({ flags: ['--history.ring_entries=4', '--history.recovery_entries=20'] }).start(); });
after(() => server.stop());

/** A room of `user` with `count` messages: offsets 1 (the join) to count + 1. */
async function filled(user, count) {
  const raw = await Raw.connected(server, user);
  const { room } = (await raw.rpc('room.create', { name: 'Filled' })).rpc.data;
  for (let i = 0; i < count; i += 1) await raw.rpc('chat.send', { room: room.id, text: `m${i}` });
  const channel = `room:${room.id}`;
  const { epoch } = (await raw.ask({ history: { channel } })).history;
  return { raw, room: room.id, channel, epoch };
}

test('history answers with the position alone, a number, or all, in both directions and from a position', async () => {
  const { raw, channel, epoch } = await filled('hist', 6);
  const read = async (more) => {
    const { history } = await raw.ask({ history: { channel, ...more } });
    assert.deepEqual([history.epoch, history.offset], [epoch, 7]);
    for (const { offset, data } of history.publications) assert.equal(data.offset, offset);
    return history.publications.map((publication) => publication.offset);
  };
  assert.deepEqual(await read({}), []);
  assert.deepEqual(await read({ limit: -1 }), [1, 2, 3, 4, 5, 6, 7]);
  assert.deepEqual(await read({ limit: 2 }), [1, 2]);
  assert.deepEqual(await read({ limit: 3, reverse: true }), [7, 6, 5]);
  assert.deepEqual(await read({ limit: 3, since: { offset: 2, epoch } }), [3, 4, 5]);
  assert.deepEqual(await read({ limit: -1, since: { offset: 5, epoch: '' } }), [6, 7]);
  assert.deepEqual(await read({ limit: 2, since: { offset: 4, epoch }, reverse: true }), [3, 2]);
  assert.deepEqual(await read({ limit: -1, since: { offset: 1, epoch }, reverse: true }), []);
  assert.deepEqual(await read({ limit: -1, since: { offset: 7, epoch } }), []);
  assert.deepEqual(await read({ limit: -1, since: { offset: 999, epoch } }), []);
  assert.deepEqual((await raw.ask({ history: { channel, limit: 1, since: { offset: 1, epoch: 'other' } } })).error, { code: 112, message: 'unrecoverable_position' });
  assert.deepEqual((await raw.ask({ history: { channel, limit: 1, since: { offset: 0, epoch }, reverse: true } })).error, { code: 107, message: 'bad_request:since' });
  await raw.close();
});

test('an empty page of history has all its fields', async () => {
  const raw = await Raw.connected(server, 'nobody-yet');
  const { history } = await raw.ask({ history: { channel: 'user:nobody-yet', limit: 10 } });
  assert.deepEqual([history.publications, history.offset], [[], 0]);
  assert.equal(typeof history.epoch, 'string');
  await raw.close();
});

test('history is cut at 300 entries, and goes on from there', async () => {
  const raw = await Raw.connected(server, 'many');
  const { room } = (await raw.rpc('room.create', { name: 'Many' })).rpc.data;
  await Promise.all(Array.from({ length: 320 }, (_, i) => raw.rpc('chat.send', { room: room.id, text: `m${i}` })));
  const channel = `room:${room.id}`;
  const first = (await raw.ask({ history: { channel, limit: -1 } })).history;
  assert.equal(first.publications.length, 300);
  const rest = (await raw.ask({ history: { channel, limit: 1000, since: { offset: 300, epoch: first.epoch } } })).history;
  assert.deepEqual(rest.publications.map((p) => p.offset), Array.from({ length: 21 }, (_, i) => 301 + i));
  await raw.close();
});

test('presence has one entry per user, and its statistics count users, not connections', async () => {
  const { raw, room, channel } = await filled('pres-ann', 0);
  const bob = await Raw.connected(server, 'pres-bob');
  const tab = await Raw.connected(server, 'pres-bob');
  await bob.rpc('room.join', { room });
  await eventually(async () => (await raw.ask({ presence_stats: { channel } })).presence_stats.num_users, (users) => users === 2);
  assert.deepEqual((await raw.ask({ presence_stats: { channel } })).presence_stats, { num_clients: 2, num_users: 2 });
  const { presence } = (await bob.ask({ presence: { channel } })).presence;
  assert.deepEqual(presence, {
    'pres-ann': { user: 'pres-ann', client: 'pres-ann', chan_info: { name: 'pres-ann' } },
    'pres-bob': { user: 'pres-bob', client: 'pres-bob', chan_info: { name: 'pres-bob' } },
  });
  for (const client of [raw, bob, tab]) await client.close();
});

test('a subscription says its position, and recovery gives exactly what is above the offset asked', async () => {
  const { raw, channel, epoch } = await filled('rec', 9);
  const ask = async (more) => {
    const other = await Raw.connected(server, 'rec');
    const answer = await other.ask({ subscribe: { channel, ...more } });
    await other.close();
    return answer;
  };
  assert.deepEqual((await ask({})).subscribe, { recoverable: true, epoch, offset: 10, positioned: true });
  for (const [offset, missed] of [[10, []], [9, [10]], [8, [9, 10]], [3, [4, 5, 6, 7, 8, 9, 10]], [0, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]]]) {
    for (const asked of [epoch, '']) {
      const { subscribe } = await ask({ recover: true, epoch: asked, offset });
      assert.deepEqual([subscribe.recovered, subscribe.was_recovering, subscribe.offset ?? 0], [true, true, offset], 'the offset asked for, not the top');
      assert.deepEqual((subscribe.publications ?? []).map((p) => p.offset), missed);
    }
  }
  await raw.close();
});

test('another epoch, "_" and an offset above the top are not recovered, never partly', async () => {
  const { raw, channel, epoch } = await filled('lost', 9);
  for (const position of [{ epoch: 'other', offset: 9 }, { epoch: '_', offset: 0 }, { epoch, offset: 11 }, { epoch: '', offset: 11 }, { epoch, offset: 2 ** 53 - 1 }]) {
    const one = await Raw.connected(server, 'lost');
    const { subscribe } = await one.ask({ subscribe: { channel, recover: true, ...position } });
    assert.deepEqual(subscribe, { recoverable: true, epoch, offset: 10, positioned: true, was_recovering: true }, JSON.stringify(position));
    await one.ask({ unsubscribe: { channel } });
    const { error } = await one.ask({ subscribe: { channel, recover: true, flag: 2, ...position } });
    assert.deepEqual(error, { code: 112, message: 'unrecoverable_position' });
    assert.ok((await one.ask({ subscribe: { channel, recover: true, flag: 2, epoch, offset: 9 } })).subscribe.recovered, '112 leaves no subscription behind');
    await one.close();
  }
  await raw.close();
});

test('more than the limit of one recovery is not recovered; the limit itself is', async () => {
  const { raw, channel, epoch } = await filled('limit', 25);
  const one = await Raw.connected(server, 'limit');
  const first = (await one.ask({ subscribe: { channel, recover: true, epoch, offset: 5 } })).subscribe;
  assert.deepEqual([first.recovered, first.was_recovering, first.offset, first.publications], [undefined, true, 26, undefined]);
  await one.ask({ unsubscribe: { channel } });
  const second = (await one.ask({ subscribe: { channel, recover: true, epoch, offset: 6 } })).subscribe;
  assert.deepEqual([second.recovered, second.publications.length], [true, 20]);
  await one.close();
  await raw.close();
});

test('what is recovered is the same, byte for byte, as what was live', async () => {
  const { raw, room, channel, epoch } = await filled('bytes', 0);
  const live = await Raw.connected(server, 'bytes');
  await live.ask({ subscribe: { channel } });
  await raw.rpc('chat.send', { room, text: 'ünïcode "quoted" \\ \n\t 😀 <script>' });
  await raw.rpc('chat.send', { room, text: 'an answer', reply_to: 2, format: 'plain', nonce: 'key' });
  await live.until(() => live.publications(channel).length === 2);
  const late = await Raw.connected(server, 'bytes');
  const { publications } = (await late.ask({ subscribe: { channel, recover: true, epoch, offset: 1 } })).subscribe;
  assert.equal(JSON.stringify(publications), JSON.stringify(live.publications(channel)));
  for (const client of [raw, live, late]) await client.close();
});

test('a reverse page that is cut by its size keeps the newest entries, and the walk goes on without a hole', async () => {
  const { raw, room, channel, epoch } = await filled('heavy', 0);
  const count = 90;
  for (let i = 0; i < count; i += 1) await raw.rpc('chat.send', { room, text: `${i} ${'x'.repeat(3990)}` });
  const seen = [];
  for (let since; seen.at(-1) !== 1;) {
    const { history } = await raw.ask({ history: { channel, limit: -1, reverse: true, ...(since ? { since } : {}) } });
    assert.ok(history.publications.length > 0);
    seen.push(...history.publications.map(({ offset }) => offset));
    since = { offset: seen.at(-1), epoch };
  }
  assert.deepEqual(seen, Array.from({ length: count + 1 }, (_, i) => count + 1 - i));
  raw.close();
});
