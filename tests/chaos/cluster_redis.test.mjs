// Redis goes, hangs, forgets and is cut off, under load: nothing acknowledged is lost, and everybody hears all of it.
import { after, before, test } from 'node:test';
import { Cluster, comeAndComeBack, endure, noCluster } from './cluster.mjs';
import { long, pause } from './random.mjs';

const options = { skip: noCluster, timeout: long ? 600_000 : 120_000 };
let cluster;
before(async () => { if (!noCluster) cluster = await new Cluster().start(); });
after(async () => cluster?.stop());

test('Redis is killed and comes back empty; meanwhile people come and come back', options, () =>
  endure(cluster, 'redis killed', {
    strike: () => cluster.redis.kill(),
    meanwhile: comeAndComeBack,
    ms: 3000,
    heal: () => cluster.redis.start(),
  }));

test('Redis stands still', options, () =>
  endure(cluster, 'redis stopped', {
    strike: () => cluster.redis.process.kill('SIGSTOP'),
    meanwhile: comeAndComeBack,
    ms: 5000,
    heal: () => cluster.redis.process.kill('SIGCONT'),
  }));

test('Redis ends all subscriptions again and again', options, () => {
  let ends = false;
  let ending;
  return endure(cluster, 'subscribers killed', {
    strike: () => {
      ending = (async () => {
        while (!ends) {
          await cluster.redis.ask('CLIENT', 'KILL', 'TYPE', 'pubsub');
          await pause(300);
        }
      })();
    },
    heal: () => {
      ends = true;
      return ending;
    },
  });
});

test('one node is cut off from Redis', options, () => {
  const [{ redisLine }] = cluster.nodes;
  return endure(cluster, 'one node cut off', {
    strike: () => {
      redisLine.refusing = true;
      redisLine.cutAll();
    },
    meanwhile: comeAndComeBack,
    ms: long ? 20_000 : 6000,
    heal: () => { redisLine.refusing = false; },
  });
});

test('one node reaches Redis, but nothing is delivered', options, () => {
  const [{ redisLine }] = cluster.nodes;
  return endure(cluster, 'one node muted', {
    strike: () => redisLine.mute(),
    meanwhile: comeAndComeBack,
    ms: long ? 20_000 : 6000,
    heal: () => redisLine.unmute(),
  });
});
