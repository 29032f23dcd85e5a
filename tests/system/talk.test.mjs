// One message goes from one official client through the log to another.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Client } from './lib/client.mjs';
import { Server } from './lib/server.mjs';

let server;
before(async () => { server = await new Server().start(); });
after(() => server.stop());

test('a message sent by one client reaches another, with the offset its sender was told', async () => {
  const ann = await new Client(server, 'ann').connect();
  const bob = await new Client(server, 'bob').connect();
  const { room } = await ann.rpc('room.create', { name: 'Garden' });
  await bob.rpc('room.join', { room: room.id });
  await bob.subscribe(`room:${room.id}`);

  const sent = await ann.send(room.id, 'hello bob');

  await bob.until(() => bob.entries(`room:${room.id}`).length === 1);
  const [heard] = bob.entries(`room:${room.id}`);
  assert.equal(heard.type, 'message.created');
  assert.equal(heard.message.text, 'hello bob');
  assert.equal(heard.offset, sent.offset);
  assert.equal(heard.pubOffset, sent.offset);
  ann.disconnect();
  bob.disconnect();
});
