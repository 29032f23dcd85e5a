// The last thing that is said before a silence gets lost between the nodes: no later one shows the hole.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { Cluster, complete, judge, noCluster } from './cluster.mjs';
import { long } from './random.mjs';

const options = { skip: noCluster, timeout: 120_000 };
const rounds = long ? 50 : 3;
let cluster;
before(async () => { if (!noCluster) cluster = await new Cluster().start(); });
after(async () => cluster?.stop());

// Redis takes the publication under another name of the same length, which nobody hears: every answer keeps its place.
function misdirect(channels, counts) {
  return (chunk) => {
    let bytes = chunk.toString('latin1');
    for (const channel of channels) {
      const name = `kith:0:${channel}`;
      const said = `PUBLISH\r\n$${name.length}\r\n${name}`;
      counts.lost += bytes.split(said).length - 1;
      bytes = bytes.replaceAll(said, `${said.slice(0, -1)}?`);
    }
    return Buffer.from(bytes, 'latin1');
  };
}

for (const { what, channels } of [
  { what: 'a publication', channels: (room) => [`room:${room}`] },
  { what: 'a publication and all the marks after it', channels: (room) => [`room:${room}`, 'hwm'] },
]) test(`${what} lost before a silence is found by the other nodes themselves`, options, async () => {
  const cast = await cluster.cast();
  const [room] = cast.rooms;
  const [{ redisLine }] = cluster.nodes;
  await complete(cast);
  const took = [];
  const counts = { lost: 0 };
  for (let round = 0; round < rounds; round += 1) {
    redisLine.befall({ up: misdirect(channels(room), counts) });
    await cast.talkers[0].say(room, `the last of round ${round}`);
    const answered = performance.now();
    await complete(cast);
    took.push(Math.round(performance.now() - answered));
    redisLine.befall({});
  }
  assert.ok(counts.lost >= rounds, `${counts.lost} publications were lost`);
  console.log(`lost ${what}: ${JSON.stringify(await judge(cast))}, found after ${took.join(', ')} ms`);
});
