// MongoDB dies, refuses, and does not get its answers through.
import { spawn } from 'node:child_process';
import { connect } from 'node:net';
import { after, before, test } from 'node:test';
import { eventually } from '../system/lib/states.mjs';
import { Cluster, endure, noCluster } from './cluster.mjs';
import { command as tell } from './mongodb.mjs';
import { long, pause } from './random.mjs';

const options = { skip: noCluster, timeout: long ? 900_000 : 120_000 };
const command = process.env.KITH_TEST_MONGODB_COMMAND;
let cluster;
let revived;
before(async () => { if (!noCluster) cluster = await new Cluster().start(); });
after(async () => {
  await cluster?.stop();
  revived?.kill('SIGKILL');
});

const listens = (port) => new Promise((told) => {
  const socket = connect(port, '127.0.0.1', () => told(true));
  socket.on('connect', () => socket.destroy()).on('error', () => told(false));
});

test('MongoDB is killed under load and started again', { ...options, skip: noCluster || (command ? false : 'SKIPPED: the MongoDB server is not ours') }, () =>
  endure(cluster, 'MongoDB killed', {
    strike: async () => {
      process.kill(Number(process.env.KITH_TEST_MONGODB_PID), 'SIGKILL');
      await eventually(() => listens(cluster.storePort), (there) => !there);
    },
    ms: 1000,
    heal: async () => {
      const [program, ...words] = command.split(' ');
      revived = spawn(program, words, { stdio: 'ignore' });
      await eventually(() => listens(cluster.storePort));
    },
    lasts: true,
  }));

const fail = (mode, data) => tell(cluster.storePort, { configureFailPoint: 'failCommand', mode, data });
const writes = ['insert', 'commitTransaction'];

test('MongoDB ends connections and confirms nothing under load', options, async (context) => {
  if (!await fail('off', { failCommands: [] })) return context.skip('SKIPPED: the server has no failCommand');
  return endure(cluster, 'MongoDB refusing', {
    strike: () => fail({ times: 20 }, { failCommands: writes, closeConnection: true }),
    meanwhile: async () => {
      await pause(2000);
      await fail({ times: 20 }, { failCommands: writes, writeConcernError: { code: 64, errmsg: 'waiting for replication timed out' } });
      await pause(2000);
    },
    heal: () => fail('off', { failCommands: [] }),
    lasts: true,
  });
});

// What was asked is done, and nobody hears that it was.
test('answers of MongoDB to writes get lost under load', options, () => {
  const [{ storeLine }] = cluster.nodes;
  const most = long ? 20 : 4;
  let swallowed = 0;
  return endure(cluster, 'answers of MongoDB lost', {
    strike: () => storeLine.befall({
      up: (chunk, line) => {
        if (!writes.some((word) => chunk.includes(`${word}\0`)) || swallowed >= most) return chunk;
        swallowed += 1;
        line.server.write(chunk);
        line.cut('silent');
        return undefined;
      },
    }),
    meanwhile: () => eventually(() => swallowed, (now) => now >= most),
    heal: () => storeLine.befall({}),
    lasts: true,
  });
});
