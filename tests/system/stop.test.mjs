// K15: after a deployment clients are connected again but lack subscriptions and stay deaf.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { connect } from 'node:net';
import { test } from 'node:test';
import { Client } from './lib/client.mjs';
import { Frames, frame, kText } from './lib/frames.mjs';
import { Raw } from './lib/raw.mjs';
import { Server, nonce, token } from './lib/server.mjs';
import { eventually } from './lib/states.mjs';

/** Runs `test` with a server of its own and ends it whatever happens. */
async function withServer(flags, body) {
  const server = await new Server({ flags }).start();
  try {
    await body(server);
  } finally {
    await server.stop();
  }
}

test('K15: a stop under load tells all 3001, answers or leaves to repeat every send, and all come back to all rooms', async () => {
  await withServer(['--drain.timeout=2000'], async (server) => {
    const people = 500;
    const rooms = [];
    for (let i = 0; i < 20; i += 1) rooms.push((await server.rest('POST', '/rooms', { user: 'owner', body: { name: `r${i}` } })).body.room.id);
    const channels = rooms.map((room) => `room:${room}`);
    const clients = await Promise.all(Array.from({ length: people }, async (_, i) => {
      for (const room of rooms) await server.rest('POST', `/rooms/${room}/join`, { user: `p${i}`, body: {} });
      return new Client(server, `p${i}`, { mode: i % 2 === 0 ? 'all' : 'personal' });
    }));
    await Promise.all(clients.map(async (client, i) => {
      await client.connect();
      if (i % 2 === 1) await Promise.all(channels.map((channel) => client.subscribe(channel)));
      const connection = client.centrifuge;
      client.start = new Map(channels.map((channel) => {
        const held = connection.getSubscription(channel) ?? connection._serverSubs[channel];
        return [channel, held._offset ?? held.offset];
      }));
    }));

    // Ten of them write, and repeat with the same nonce until they are answered.
    const acknowledged = [];
    let writing = true;
    const writers = clients.slice(0, 10).map(async (client, i) => {
      for (let n = 0; writing; n += 1) {
        const message = { room: rooms[(i + n) % rooms.length], text: `${i}.${n}`, nonce: nonce() };
        const answer = await eventually(() => client.rpc('chat.send', message).catch(() => undefined), (result) => result !== undefined, `send ${message.text}`);
        acknowledged.push({ ...message, seq: answer.seq });
      }
    });
    await eventually(() => acknowledged.length, (count) => count > 30, 'the writers write');

    server.process.kill('SIGTERM');
    const { code, signal } = await server.exited;
    assert.deepEqual([code, signal], [0, null]);
    for (const client of clients) {
      const drops = () => client.events.filter((e) => e.kind === 'connecting').slice(1);  // the first is his own call
      await client.until(() => drops().length > 0, 'being told of the stop');
      const dropped = drops()[0];
      assert.equal(dropped.code, 3001, `${client.user} was told ${JSON.stringify(dropped)}`);
    }
    const before = acknowledged.length;
    await server.start();
    await eventually(() => acknowledged.length, (count) => count > before + 30, 'the writers go on');
    writing = false;
    await Promise.all(writers);

    // Everybody has everything, from where he began to the top, once and in order.
    const tops = new Map();
    const pages = new Map();
    for (const room of rooms) {
      const { body } = await server.rest('GET', `/rooms/${room}/messages?limit=200`, { user: 'owner' });
      tops.set(`room:${room}`, body.offset);
      pages.set(room, body.messages);
    }
    for (const client of clients) {
      for (const channel of channels) {
        const expected = Array.from({ length: tops.get(channel) - client.start.get(channel) }, (_, i) => client.start.get(channel) + 1 + i);
        await client.until(() => client.entries(channel).length >= expected.length, `${channel} up to ${tops.get(channel)}`);
        assert.deepEqual(client.entries(channel).map((e) => e.offset), expected, `${client.user} in ${channel}`);
      }
    }
    for (const { room, seq, text, nonce: key } of acknowledged) {
      const { body } = await server.rest('GET', `/rooms/${room}/messages/${seq}`, { user: 'owner' });
      assert.deepEqual([body.message.text, body.message.nonce], [text, key]);
    }
    const stored = [...pages.values()].flat().map((message) => message.text);
    assert.equal(new Set(stored).size, stored.length, 'none was stored twice');
  });
});

test('K15: a client that never reads does not hold a stop up', async () => {
  await withServer(['--drain.timeout=1000'], async (server) => {
    const room = (await server.rest('POST', '/rooms', { user: 'ann', body: { name: 'r' } })).body.room.id;
    const deaf = await Frames.open(server);
    deaf.write(frame(kText, JSON.stringify({ id: 1, connect: { token: token('ann'), data: { kith: { subscriptions: 'all' } } } })));
    await deaf.reply(1);
    deaf.socket.pause();
    const ann = await new Client(server, 'ann').connect();
    for (let i = 0; i < 5; i += 1) await Promise.all(Array.from({ length: 40 }, () => ann.send(room, 'x'.repeat(4000))));
    const half = connect(server.port, '127.0.0.1');  // and one who never finished his request
    half.on('error', () => {});
    half.write('POST /api/v1/rooms HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{');
    server.process.kill('SIGTERM');
    assert.deepEqual(await server.exited, { code: 0, signal: null });
    half.destroy();
  });
});

test('K15: a second SIGTERM ends the wait for clients, and still is a clean end', async () => {
  await withServer(['--drain.timeout=3600000'], async (server) => {
    const clients = await Promise.all(Array.from({ length: 20 }, (_, i) => Raw.connected(server, `p${i}`)));
    server.process.kill('SIGTERM');
    await eventually(() => server.output, (output) => /Stopping/.test(output));
    await fetch(`${server.internal}/readyz`).then(({ status }) => assert.equal(status, 503), () => {});
    server.process.kill('SIGTERM');
    assert.deepEqual(await server.exited, { code: 0, signal: null });
    const codes = await Promise.all(clients.map((client) => client.closed.then(({ code }) => code)));
    for (const code of codes) assert.ok(code === 3001 || code === 1006, `closed with ${code}`);
  });
});

test('K15: a SIGTERM during the start ends it, and the next start is none the worse', async () => {
  await withServer([], async (server) => {
    await server.kill('SIGTERM');
    for (let i = 0; i < 10; i += 1) {
      const child = spawn(process.env.KITH_BINARY, ['serve', `--data.dir=${server.folder}`, '--http_server.port=0', '--http_server.internal_port=0'], { stdio: 'ignore' });
      await new Promise((spawned) => child.once('spawn', spawned));
      for (let turns = 0; turns < i * 20; turns += 1) await new Promise((turn) => setImmediate(turn));
      child.kill('SIGTERM');
      const [code, signal] = await new Promise((ended) => child.once('exit', (...how) => ended(how)));
      assert.ok(code === 0 || signal === 'SIGTERM', `ended with ${code ?? signal}`);
    }
    await server.start();
    assert.equal((await server.rest('POST', '/rooms', { user: 'ann', body: { name: 'after' } })).status, 201);
  });
});

test('a stop answers the REST requests under way: what was stored was said', async () => {
  const server = await new Server().start();
  const made = await server.rest('POST', '/rooms', { user: 'ann', body: { name: 'Stop' } });
  const room = made.body.room.id;
  const answered = new Set();
  const sends = Array.from({ length: 80 }, (_, i) => server.rest('POST', `/rooms/${room}/messages`, { user: 'ann', body: { text: `m${i}` } })
    .then(({ status }) => { if (status === 201) answered.add(`m${i}`); }, () => undefined));
  await Promise.any(sends);
  server.process.kill('SIGTERM');
  assert.deepEqual(await server.exited, { code: 0, signal: null });
  await Promise.all(sends);

  server.port = 0;
  await server.start();
  const { body } = await server.rest('GET', `/rooms/${room}/messages?limit=200`, { user: 'ann' });
  const stored = body.messages.map((message) => message.text);
  assert.ok(answered.size > 0);
  assert.deepEqual(stored.filter((text) => !answered.has(text)), [], 'stored, but not answered');
  assert.equal(stored.length, answered.size);
  await server.stop();
});
