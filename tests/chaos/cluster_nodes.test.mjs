// Nodes die and stand still under load, and in the middle of a transaction.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { Cluster, complete, endure, judge, noCluster } from './cluster.mjs';
import { Person } from './people.mjs';
import { long } from './random.mjs';

const options = { skip: noCluster, timeout: long ? 900_000 : 120_000 };
let cluster;
before(async () => { if (!noCluster) cluster = await new Cluster().start(); });
after(async () => cluster?.stop());

test('a node is killed under load and started again', options, () => {
  const [{ server }] = cluster.nodes;
  return endure(cluster, 'node killed', { strike: () => server.kill(), ms: 1000, heal: () => server.start(), lasts: true });
});

// Its people wait for it: what they said meanwhile is answered after.
test('a node stands still and goes on', options, () => {
  const [{ server }] = cluster.nodes;
  return endure(cluster, 'node stopped', {
    strike: () => server.process.kill('SIGSTOP'),
    ms: long ? 40_000 : 12_000,
    heal: () => server.process.kill('SIGCONT'),
  });
});

// Resolves once a transaction has inserted its entry and would commit: the commit does not get through.
function heldBeforeCommit(storeLine) {
  return new Promise((held) => {
    storeLine.befall({
      up: (chunk, line) => {
        if (chunk.includes('insert\0') && chunk.includes('entries\0') && chunk.includes('autocommit\0')) line.inserted = true;
        if (!line.inserted || !chunk.includes('commitTransaction\0')) return chunk;
        held();
        return undefined;
      },
    });
  });
}

test('a node that dies between insert and commit keeps nobody out of the room', options, async () => {
  const [{ server, storeLine }, other] = cluster.nodes;
  const cast = await cluster.cast();
  const { history, talkers, rooms: [room] } = cast;
  const { seq } = await talkers[0].say(room, 'to be edited');
  const patient = await new Person(other.server, 'patient', history, { options: { timeout: 20_000 } }).connect();
  await patient.write('room.join', room);
  const held = heldBeforeCommit(storeLine);
  const editing = talkers[0].write('chat.edit', room, { seq, text: 'edited' });
  await held;
  await server.kill();
  storeLine.befall({});
  const began = performance.now();
  let refusals = 0;
  patient.onTrouble = () => { refusals += 1; };
  await patient.say(room, 'is anybody there?');
  const took = Math.round(performance.now() - began);
  assert.equal(refusals, 0, 'the first send was not answered');
  await server.start();
  await editing;
  await complete(cast);
  patient.leaveStage();
  console.log(`killed before the commit: ${JSON.stringify(await judge(cast))}, the next send was answered after ${took} ms`);
});
