// Who can write to Redis can neither post nor repeat what was said: it changes nothing, and it is counted.
import { after, before, test } from 'node:test';
import { eventually } from '../system/lib/states.mjs';
import { Cluster, complete, judge, noCluster } from './cluster.mjs';

const options = { skip: noCluster, timeout: 120_000 };
let cluster;
before(async () => { if (!noCluster) cluster = await new Cluster().start(); });
after(async () => cluster?.stop());

const refused = (reason) => cluster.sum(`kith_broker_frames_refused_total{reason="${reason}"}`);
const heardHere = () => cluster.sum('kith_broker_frames_total{to="here"}');

// The first frame that satisfies, as it was on Redis.
async function frameOn(channel, satisfies, act = () => {}) {
  let found;
  const ended = await cluster.redis.listen([channel], (_, bytes) => { if (satisfies(bytes)) found ??= bytes; });
  await act();
  await eventually(() => found !== undefined);
  ended();
  return found;
}

async function counts(reason, deed) {
  const before = await refused(reason);
  await deed();
  await eventually(() => refused(reason), (now) => now > before);
}

test('a forged frame, a moved one and a repeated one change nothing and are counted', options, async () => {
  const cast = await cluster.cast();
  const { talkers: [ann], rooms: [room, other] } = cast;
  const [channel, elsewhere] = [room, other].map((one) => `kith:0:room:${one}`);
  const publish = (to, bytes) => cluster.redis.ask('PUBLISH', to, bytes);
  const entry = await frameOn(channel, (bytes) => bytes.includes('the real one'), () => ann.say(room, 'the real one'));
  await complete(cast);

  const next = ann.positions.get(`room:${room}`) + 1;
  const forged = Buffer.from(entry.replaceAll('the real one', 'a false one!'), 'latin1');
  forged.writeBigUInt64LE(BigInt(next), 20);  // the place of the next entry: it would be shown
  await counts('forged', () => publish(channel, forged.toString('latin1')));
  await counts('forged', () => publish(elsewhere, entry));
  await counts('forged', () => publish(channel, 'no frame at all'));

  // A repeated entry is applied once, by its offset; it was heard, and nobody else hears of it.
  const heard = await heardHere();
  for (let i = 0; i < 10; i += 1) await publish(channel, entry);
  await eventually(heardHere, (now) => now >= heard + 10);

  const mark = await frameOn('kith:0:hwm', () => true);
  await counts('replayed', () => publish('kith:0:hwm', mark));
  const typing = await frameOn(channel, (bytes) => bytes.includes('typing'), () => ann.rpc('chat.typing', { room, on: true }));
  await counts('replayed', () => publish(channel, typing));

  for (const one of cast.talkers) await one.say(room, 'and on it goes');
  await complete(cast);
  console.log(`forged and repeated frames: ${JSON.stringify(await judge(cast))}`);
});
