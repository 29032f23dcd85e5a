import { describe, expect, test } from 'vitest';
import { fault, unknownOutcome } from '../src/model/fault.ts';
import { LiveList, type LivePage } from '../src/model/live-list.ts';
import type { Room } from '../src/model/types.ts';

const room = (id: string, name = id): Room => ({ id, name, topic: '', members: 1, joined: true });

/** The server and the clock of one list: both wait until the test answers. */
class Bench {
  asked: Array<string | undefined> = [];
  waits: number[] = [];
  loads = 0;
  private answer: { resolve: (page: LivePage<Room>) => void; reject: (why: unknown) => void } | undefined;
  private timer: (() => void) | undefined;
  readonly list = new LiveList<Room>({
    blank: { name: '', topic: '', members: 0, joined: true },
    page: (cursor) => {
      this.asked.push(cursor);
      return new Promise((resolve, reject) => {
        this.answer = { resolve, reject };
      });
    },
    later: (run, ms) => {
      this.waits.push(ms);
      this.timer = run;
    },
    loaded: () => {
      this.loads += 1;
    },
  });

  async give(rooms: Room[], next?: string): Promise<void> {
    this.answer?.resolve({ items: rooms, next });
    await turns();
  }

  async fail(why: unknown): Promise<void> {
    this.answer?.reject(why);
    await turns();
  }

  async ring(): Promise<void> {
    this.timer?.();
    await turns();
  }

  names(): string[] {
    return this.list.all().map(({ name }) => name);
  }
}

async function turns(): Promise<void> {
  for (let turn = 0; turn < 8; turn += 1) await Promise.resolve();
}

describe('the list of joined rooms', () => {
  test('a temporary fault in the middle is asked again from where it was, later each time', async () => {
    const bench = new Bench();
    bench.list.load();
    await bench.give([room('a')], '2');
    await bench.fail(fault('internal', '', true));
    expect([bench.names(), bench.list.loaded]).toEqual([[], false]);
    await bench.ring();
    await bench.fail(unknownOutcome);
    await bench.ring();
    await bench.give([room('b')]);
    expect(bench.asked).toEqual([undefined, '2', '2', '2']);
    expect(bench.waits).toEqual([500, 1_000]);
    expect([bench.names(), bench.loads]).toEqual([['a', 'b'], 1]);
  });

  test('a list that was whole stays while a later reading fails', async () => {
    const bench = new Bench();
    bench.list.load();
    await bench.give([room('a'), room('b')]);
    bench.list.load();
    await bench.give([room('a')], '2');
    await bench.fail(fault('too_many_requests', '3000', true));
    expect(bench.names()).toEqual(['a', 'b']);
    expect(bench.waits).toEqual([3_000]);
  });

  test('a first page that fails is asked again, and what is refused for good begins anew', async () => {
    const bench = new Bench();
    bench.list.load();
    await bench.fail(unknownOutcome);
    expect(bench.list.loaded).toBe(false);
    await bench.ring();
    await bench.give([room('gone')], 'old');
    await bench.fail(fault('bad_request', 'cursor', false));
    await bench.ring();
    await bench.give([room('a')]);
    expect(bench.asked).toEqual([undefined, undefined, 'old', undefined]);
    expect(bench.names()).toEqual(['a']);
  });

  test('what arrives while the pages are read stands on top of them', async () => {
    const bench = new Bench();
    bench.list.load();
    bench.list.add({ id: 'new', name: 'new' });
    await bench.give([room('a'), room('left'), room('old')], '2');
    bench.list.remove('left');
    bench.list.update('old', { name: 'renamed' });
    bench.list.add({ id: 'b' });
    await bench.give([{ ...room('b'), members: 7 }]);
    expect(bench.names()).toEqual(['a', 'renamed', 'b', 'new']);
    expect(bench.list.get('b')?.members).toBe(7);
  });

  test('a lost line ends the reading, and only an unfinished one is taken up again', async () => {
    const bench = new Bench();
    bench.list.load();
    bench.list.pause();
    await bench.give([room('late')]);
    expect(bench.list.loaded).toBe(false);
    bench.list.resume();
    await bench.give([room('a')]);
    bench.list.pause();
    bench.list.resume();
    expect(bench.asked.length).toBe(2);
    bench.list.load();
    bench.list.pause();
    bench.list.resume();
    await bench.give([room('b')]);
    expect([bench.asked.length, bench.names()]).toEqual([4, ['b']]);
  });
});
