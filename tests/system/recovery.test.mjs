// Coming back: exactly what was missed, once, in order; never a silent hole.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Client } from './lib/client.mjs';
import { Line } from './lib/proxy.mjs';
import { Raw } from './lib/raw.mjs';
import { Server } from './lib/server.mjs';

let server;
let line;
before(async () => {
  server = await new Server({ flags: ['--client.ping_interval=1000', '--client.pong_timeout=900', '--history.ring_entries=8'] }).start();
  line = await new Line(server).open();
});
after(async () => {
  await server.stop();
  await line.close();
});

/** Ann's room, and Bob in it on the bad line. */
async function onTheLine(name, { mode = 'personal', messages = 0 } = {}) {
  const ann = await new Client(server, `${name}-ann`).connect();
  const { room } = await ann.rpc('room.create', { name });
  const channel = `room:${room.id}`;
  await server.rest('POST', `/rooms/${room.id}/join`, { user: `${name}-bob`, body: {} });
  for (let i = 0; i < messages; i += 1) await ann.send(room.id, `old ${i}`);
  const bob = await new Client(server, `${name}-bob`, { mode, websocket: line.websocket, options: { maxServerPingDelay: 500 } }).connect();
  if (mode !== 'all') await bob.subscribe(channel);
  const times = () => bob.events.filter((e) => e.kind === 'subscribed' && e.channel === channel);
  return { ann, bob, room: room.id, channel, times };
}

for (const mode of ['personal', 'all']) {
  for (const messages of [0, 1]) {
    test(`K1: a short cut in a quiet room with ${messages} messages is recovered, with nothing to show (${mode})`, async () => {
      const { bob, ann, room, channel, times } = await onTheLine(`k1-${mode}-${messages}`, { mode, messages });
      const position = times()[0].streamPosition;
      await ann.rpc('chat.typing', { room, on: true });
      await bob.until(() => bob.log.some((s) => s.type === 'typing'));
      line.cut();
      await bob.until(() => times().length === 2);
      assert.deepEqual([times()[1].wasRecovering, times()[1].recovered], [true, true]);
      assert.deepEqual(times()[1].streamPosition, position);
      assert.deepEqual(bob.entries(channel), []);
    });
  }

  test(`K1: a restart of the server in between is recovered as well (${mode})`, async () => {
    const { bob, ann, room, channel, times } = await onTheLine(`k1-restart-${mode}`, { mode, messages: 1 });
    const position = times()[0].streamPosition;
    await server.kill();
    await server.start();
    await bob.until(() => times().length === 2);
    assert.deepEqual([times()[1].recovered, times()[1].streamPosition], [true, position]);
    await ann.centrifuge.ready();
    await ann.send(room, 'new');
    await bob.until(() => bob.entries(channel).length === 1);
    assert.equal(bob.entries(channel)[0].offset, position.offset + 1);
  });

  test(`what was missed comes once and in order, from the ring and from the store (${mode})`, async () => {
    for (const missed of [1, 8, 9, 40]) {
      const { bob, ann, room, channel } = await onTheLine(`missed-${mode}-${missed}`, { mode });
      line.refusing = true;
      line.cut();
      const sent = [];
      for (let i = 0; i < missed; i += 1) sent.push((await ann.send(room, `missed ${i}`)).offset);
      line.refusing = false;
      await bob.until(() => bob.entries(channel).length >= missed);
      sent.push((await ann.send(room, 'live')).offset);
      await bob.until(() => bob.entries(channel).length > missed);
      assert.deepEqual(bob.entries(channel).map((e) => e.offset), sent);
    }
  });
}

test('K2: a message sent over a half-open line is shown without a further one having to come', async () => {
  const { bob, ann, room, channel } = await onTheLine('k2');
  line.hold();
  await ann.send(room, 'into the void');
  await bob.until(() => bob.entries(channel).length === 1, 'the message sent while the line was dead');
  await ann.send(room, 'and on');
  await bob.until(() => bob.entries(channel).length === 2);
  assert.deepEqual(bob.entries(channel).map((e) => e.message.text), ['into the void', 'and on']);
});

test('K2: a new socket with the old position gets everything while the old one still receives', async () => {
  const { ann, room, channel } = await onTheLine('k2-two');
  const old = await Raw.connected(server, 'k2-two-bob');
  const { epoch, offset } = (await old.ask({ subscribe: { channel } })).subscribe;
  await ann.send(room, 'one');
  const fresh = await Raw.connected(server, 'k2-two-bob');
  const { recovered, publications } = (await fresh.ask({ subscribe: { channel, recover: true, epoch, offset } })).subscribe;
  await ann.send(room, 'two');
  await old.until(() => old.publications(channel).length === 2);
  await fresh.until(() => fresh.publications(channel).length === 1);
  assert.ok(recovered);
  assert.equal(JSON.stringify([...publications, ...fresh.publications(channel)]), JSON.stringify(old.publications(channel)));
});

test('K2: after 1,200 missed messages the client is told, and history has every one of them', async () => {
  const { bob, ann, room, channel, times } = await onTheLine('k2-many');
  const { offset } = times()[0].streamPosition;
  line.refusing = true;
  line.cut();
  const sent = await Promise.all(Array.from({ length: 1200 }, (_, i) => ann.send(room, `m${i}`)));
  line.refusing = false;
  await bob.until(() => times().length === 2);
  assert.deepEqual([times()[1].wasRecovering, times()[1].recovered], [true, false]);
  assert.deepEqual(bob.entries(channel), [], 'never a part of it');
  const seen = [];
  for (let after = offset, more = true; more;) {
    const page = await bob.rpc('chat.history', { room, after, limit: 200 });
    seen.push(...page.messages.map((message) => message.seq));
    after = seen.at(-1);
    more = page.has_more_after;
  }
  assert.deepEqual(seen, sent.map(({ seq }) => seq).sort((a, b) => a - b));
  await ann.send(room, 'live again');
  await bob.until(() => bob.entries(channel).length === 1);
  assert.equal(bob.entries(channel)[0].offset, seen.at(-1) + 1);
});

test('in mode all the positions in connect.subs are recovered each for itself', async () => {
  const rooms = [];
  const watcher = await Raw.connected(server, 'subs');
  for (const name of ['one', 'two']) rooms.push((await watcher.rpc('room.create', { name })).rpc.data.room.id);
  const all = { data: { kith: { subscriptions: 'all' } } };
  const first = (await Raw.connected(server, 'subs', all)).hello.connect.subs;
  for (const room of [rooms[0], rooms[0], rooms[1]]) await watcher.rpc('chat.send', { room, text: 'x' });
  const position = (room, more = {}) => ({ recover: true, epoch: first[`room:${room}`].epoch, offset: first[`room:${room}`].offset, ...more });
  const { subs } = (await Raw.connected(server, 'subs', {
    ...all, subs: { [`room:${rooms[0]}`]: position(rooms[0]), [`room:${rooms[1]}`]: position(rooms[1], { epoch: 'other' }), 'room:foreign': { recover: true, epoch: '', offset: 1 } },
  })).hello.connect;
  const one = subs[`room:${rooms[0]}`];
  assert.deepEqual([one.recovered, one.was_recovering, one.offset, one.publications.map((p) => p.offset)], [true, true, 1, [2, 3]]);
  const two = subs[`room:${rooms[1]}`];
  assert.deepEqual([two.recovered, two.was_recovering, two.offset, two.publications], [undefined, true, 2, undefined]);
  assert.equal(subs['room:foreign'], undefined);
  assert.equal(subs['user:subs'].was_recovering, undefined);
});
