// K5: a kicked client keeps receiving the channel and can still send.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Client } from './lib/client.mjs';
import { Raw } from './lib/raw.mjs';
import { Server, nonce, token } from './lib/server.mjs';
import { eventually } from './lib/states.mjs';

let server;
before(async () => { server = await new Server().start(); });
after(() => server.stop());

/** Sends 20 messages a second until it is told to stop. */
function talker(client, room) {
  const sent = [];
  let timer;
  const tick = () => { sent.push(client.send(room, `line ${sent.length}`)); };
  timer = setInterval(tick, 50);
  return { sent, stop: () => { clearInterval(timer); return Promise.all(sent); } };
}

test('K5: nothing later than his removal reaches who was kicked, by any connection or way', async () => {
  const ann = await new Client(server, 'ann').connect();
  const cid = await new Client(server, 'cid').connect();
  const { room: { id: room } } = await ann.rpc('room.create', { name: 'Loud' });
  const { room: { id: quiet } } = await ann.rpc('room.create', { name: 'Quiet' });
  const channel = `room:${room}`;
  await cid.rpc('room.join', { room });
  for (const id of [room, quiet]) await server.rest('POST', `/rooms/${id}/join`, { user: 'bob', body: {} });

  const talk = talker(cid, room);
  const textbook = await new Client(server, 'bob').connect();
  const subscription = await textbook.subscribe(channel);
  const all = { data: { kith: { subscriptions: 'all' } } };
  const everywhere = await Raw.connected(server, 'bob', all);
  const position = { recover: true, epoch: everywhere.hello.connect.subs[channel].epoch, offset: 1 };
  await textbook.until(() => textbook.entries(channel).length >= 10);

  // Connections in every state around the kick: connecting, recovering, and sending all the time.
  const inBetween = [];
  const attempts = [];
  let kicking;
  for (let i = 0; i < 12; i += 1) {
    const raw = await Raw.open(server);
    inBetween.push(raw);
    if (i === 5) kicking = ann.rpc('room.kick', { room, user: 'bob', nonce: nonce() });
    if (i % 2 === 0) {
      raw.send({ id: 1, connect: { token: token('bob'), ...all, subs: { [channel]: position } } });
    } else {
      raw.send({ id: 1, connect: { token: token('bob') } });
      await raw.reply(1);
      raw.send({ id: 2, subscribe: { channel, ...position } });
    }
    attempts.push(textbook.rpc('chat.send', { room, text: `of bob ${i}`, nonce: nonce() }).catch((error) => error));
    attempts.push(server.rest('POST', `/rooms/${room}/messages`, { user: 'bob', body: { text: `of bob over REST ${i}` } }));
  }
  const { offset: removal } = await kicking;
  await Promise.all(attempts);
  await textbook.until(() => subscription.state === 'unsubscribed');
  const after = (await cid.send(room, 'well after')).offset;
  await eventually(() => talk.sent.length, (count) => count > 60, 'the talk goes on for three seconds');
  await talk.stop();

  // What follows is asked after the kick was answered: it must be refused.
  assert.deepEqual(await textbook.refused('chat.send', { room, text: 'x', nonce: nonce() }), { code: 1001, message: 'not_member' });
  const rest = await server.rest('POST', `/rooms/${room}/messages`, { user: 'bob', body: { text: 'x' } });
  assert.deepEqual([rest.status, rest.body.code], [403, 'not_member']);
  for (const method of ['chat.history', 'presence.room', 'room.members']) assert.equal((await textbook.refused(method, { room })).code, 1001, method);
  assert.equal((await textbook.refused('chat.typing', { room, on: true })).code, 1001);
  const late = await Raw.connected(server, 'bob', { ...all, subs: { [channel]: position } });
  assert.equal(late.hello.connect.subs[channel], undefined);
  for (const command of [{ subscribe: { channel, ...position } }, { history: { channel, limit: -1 } }, { presence: { channel } }, { presence_stats: { channel } }]) {
    assert.equal((await late.ask(command)).error.code, 103, JSON.stringify(command));
  }

  // Each of his connections lives, for his other rooms, and heard nothing above his removal.
  const raws = [everywhere, late, ...inBetween];
  await ann.send(quiet, 'still here');
  await everywhere.until(() => everywhere.publications(`room:${quiet}`).some((p) => p.data.message?.text === 'still here'));
  for (const raw of raws) {
    raw.send({ id: 50, rpc: { method: 'room.get', data: { room: quiet } } });
    assert.ok((await raw.reply(50)).rpc, 'the connection is open');
    const replies = raw.messages.flatMap((message) => [message.subscribe, message.connect?.subs?.[channel]]).filter(Boolean);
    const heard = [...replies.flatMap((reply) => reply.publications ?? []), ...raw.publications(channel)];
    for (const { offset, data } of heard) {
      assert.ok(offset === undefined || offset < removal, `heard ${JSON.stringify(data)}, removed at ${removal}`);
    }
    const mine = raw.messages.filter((message) => message.push?.channel === channel);
    const end = mine.findIndex((message) => message.push.unsubscribe);
    assert.ok(end === -1 || end === mine.length - 1, 'nothing follows the unsubscribe');
    if (end !== -1) assert.equal(mine[end].push.unsubscribe.code, 2000);
  }
  assert.ok(textbook.entries(channel).every((entry) => entry.offset < removal));
  assert.equal(textbook.events.find((e) => e.channel === channel && e.kind === 'unsubscribed').code, 2000);

  // And none of his messages stands behind his removal.
  const { history } = await (await Raw.connected(server, 'ann')).ask({ history: { channel, limit: -1 } });
  assert.ok(history.publications.some((p) => p.offset === after));
  assert.deepEqual(history.publications.filter((p) => p.offset > removal && p.data.actor === 'bob'), []);
});

test('K5: who was kicked may come back by joining, and gets what came since', async () => {
  const ann = await new Client(server, 'back-ann').connect();
  const bob = await new Client(server, 'back-bob', { mode: 'all' }).connect();
  const { room: { id: room } } = await ann.rpc('room.create', { name: 'Back' });
  const channel = `room:${room}`;
  await bob.rpc('room.join', { room });
  await bob.until(() => bob.events.some((e) => e.channel === channel && e.kind === 'subscribed'));
  await ann.rpc('room.kick', { room, user: 'back-bob' });
  await bob.until(() => bob.events.some((e) => e.channel === channel && e.kind === 'unsubscribed'));
  await ann.send(room, 'while away');
  const { offset } = await bob.rpc('room.join', { room });
  await ann.send(room, 'welcome back');
  await bob.until(() => bob.entries(channel).some((e) => e.message?.text === 'welcome back'));
  assert.deepEqual(bob.entries(channel).filter((e) => e.offset >= offset).map((e) => e.type), ['member.joined', 'message.created']);
  assert.equal((await bob.rpc('chat.history', { room })).messages.length, 2);
});
