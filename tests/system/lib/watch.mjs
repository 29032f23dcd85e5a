// Three who look at one place: one by a textbook subscription, one subscribed by the server, and a stranger.
import assert from 'node:assert/strict';
import { Client } from './client.mjs';

const shape = ({ offset, type, actor }) => [offset, type, actor];

/** He is turned away for good, as from what is not there. */
export async function mustNotSubscribe(client, channel) {
  await assert.rejects(client.subscribe(channel));
  assert.equal(client.events.find((e) => e.channel === channel && e.kind === 'unsubscribed').code, 103);
}

/** `room` of the first, which the second is in: both hear it; the third is connected and may not. */
export async function watchers(server, room, [first, second, third]) {
  const channel = `room:${room}`;
  const textbook = await new Client(server, first).connect();
  await textbook.subscribe(channel);
  const everywhere = await new Client(server, second, { mode: 'all' }).connect();
  await everywhere.until(() => everywhere.events.some((e) => e.kind === 'subscribed' && e.channel === channel));
  const stranger = await new Client(server, third, { mode: 'all' }).connect();
  await mustNotSubscribe(stranger, channel);
  return { textbook, everywhere, stranger, channel };
}

/** Both hear the entries, each with its offset and in this order; the stranger has heard of none. */
export async function bothHear({ textbook, everywhere, stranger, channel }, expected) {
  for (const client of [textbook, everywhere]) {
    await client.until(() => client.entries(channel).at(-1)?.offset >= expected.at(-1)[0], `${client.user} hears ${JSON.stringify(expected)}`);
    assert.deepEqual(client.entries(channel).map(shape).filter(([offset]) => offset >= expected[0][0]), expected);
  }
  await stranger.rpc('room.list');  // behind all that he was sent
  assert.deepEqual(stranger.log, []);
}
