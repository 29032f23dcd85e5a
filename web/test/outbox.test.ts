import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fault, unknownOutcome, type Fault } from '../src/model/fault.ts';
import { newNonce, Outbox, type OutboxItem, type Sent } from '../src/model/outbox.ts';

/** A clock, timers and a server whose answers the test decides. */
class World {
  now = 0;
  readonly disk = new Map<string, OutboxItem>();
  readonly stored: string[] = [];
  readonly waiting: Array<{ item: OutboxItem; resolve: (sent: Sent) => void; reject: (fault: Fault) => void }> = [];
  private timers: Array<{ at: number; run: () => void }> = [];
  outbox = this.newOutbox();

  newOutbox(): Outbox {
    return new Outbox({
      store: {
        put: async (item) => void this.disk.set(item.nonce, item),
        remove: async (nonce) => void this.disk.delete(nonce),
      },
      send: (item) => new Promise((resolve, reject) => this.waiting.push({ item, resolve, reject })),
      now: () => this.now,
      later: (run, ms) => this.timers.push({ at: this.now + ms, run }),
      changed: () => {},
    });
  }

  write(text: string, room = 'r1'): string {
    const nonce = newNonce();
    void this.outbox.add({ nonce, room, text, at: new Date(this.disk.size + this.stored.length).toISOString() });
    return nonce;
  }

  /** The server takes the oldest request: at most one message for each nonce. */
  store(item: OutboxItem): Sent {
    if (!this.stored.includes(item.nonce)) this.stored.push(item.nonce);
    const seq = this.stored.indexOf(item.nonce) + 1;
    return { seq, offset: seq };
  }

  async pass(ms: number): Promise<void> {
    this.now += ms;
    const due = this.timers.filter((timer) => timer.at <= this.now);
    this.timers = this.timers.filter((timer) => timer.at > this.now);
    for (const timer of due) timer.run();
    await settle();
  }
}

async function settle(): Promise<void> {
  for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
}

describe('the outbox', () => {
  test('sends fail, time out and are cut at every step: each message once, in order', async () => {
    const step = fc.oneof(
      fc.record({ do: fc.constant('write' as const) }),
      fc.record({ do: fc.constantFrom('answer' as const, 'lose answer' as const, 'lose request' as const) }),
      fc.record({ do: fc.constantFrom('cut' as const, 'back' as const, 'reload' as const) }),
      fc.record({ do: fc.constant('wait' as const), ms: fc.nat(20_000) }),
      fc.record({ do: fc.constant('retry' as const), which: fc.nat(5) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40, size: 'max' }), async (steps) => {
        const world = new World();
        const written: string[] = [];
        world.outbox.setConnected(true);
        for (const action of steps) {
          if (action.do === 'write') written.push(world.write(`m${written.length}`));
          else if (action.do === 'wait') await world.pass(action.ms);
          else if (action.do === 'retry') world.outbox.retry(written[action.which] ?? '');
          else if (action.do === 'cut') {
            world.outbox.setConnected(false);
            for (const request of world.waiting.splice(0)) request.reject(unknownOutcome);
          } else if (action.do === 'back') world.outbox.setConnected(true);
          else if (action.do === 'reload') {
            world.waiting.splice(0);
            world.outbox = world.newOutbox();
            world.outbox.adopt([...world.disk.values()]);
            world.outbox.setConnected(true);
          } else {
            const request = world.waiting.shift();
            if (action.do === 'answer' && request) request.resolve(world.store(request.item));
            if (action.do === 'lose answer' && request) {
              world.store(request.item);
              request.reject(unknownOutcome);
            }
            if (action.do === 'lose request') request?.reject(unknownOutcome);
          }
          await settle();
        }
        world.outbox.setConnected(true);
        for (let turn = 0; turn < 200 && world.stored.length < written.length; turn += 1) {
          await world.pass(20_000);
          const request = world.waiting.shift();
          request?.resolve(world.store(request.item));
          await settle();
        }
        expect(world.stored).toEqual(written);
      }),
      { numRuns: 200 },
    );
  });

  test('one room has one request under way, another room does not wait for it', async () => {
    const world = new World();
    world.outbox.setConnected(true);
    world.write('one');
    world.write('two');
    world.write('elsewhere', 'r2');
    await settle();
    expect(world.waiting.map((request) => request.item.text)).toEqual(['one', 'elsewhere']);
  });

  test('K3: two of five are retried while offline, still one to five arrive in order', async () => {
    const world = new World();
    const written = [1, 2, 3, 4, 5].map((number) => world.write(String(number)));
    world.outbox.retry(written[3] as string);
    world.outbox.retry(written[1] as string);
    world.outbox.setConnected(true);
    for (let turn = 0; turn < 5; turn += 1) {
      await settle();
      expect(world.waiting).toHaveLength(1);
      const request = world.waiting.shift();
      request?.resolve(world.store(request.item));
    }
    expect(world.stored).toEqual(written);
  });

  test('K9: the entry comes instead of the answer and the row becomes the confirmed one', async () => {
    const world = new World();
    world.outbox.setConnected(true);
    const nonce = world.write('stored, but the answer was lost');
    await settle();
    world.outbox.seen('r1', 7, new Set([nonce]));
    world.waiting.shift()?.reject(unknownOutcome);
    await world.pass(60_000);
    expect(world.outbox.size).toBe(0);
    expect(world.waiting).toHaveLength(0);
    expect(world.disk.size).toBe(0);
  });

  test('an answer that is ahead of the log keeps the row until the log has caught up', async () => {
    const world = new World();
    world.outbox.setConnected(true);
    world.write('fast answer');
    await settle();
    world.waiting.shift()?.resolve({ seq: 1, offset: 9 });
    await settle();
    expect(world.outbox.pending('r1')).toHaveLength(1);
    world.outbox.seen('r1', 9, new Set());
    expect(world.outbox.pending('r1')).toHaveLength(0);
  });

  test('sending is shown late, and trouble after fifteen seconds', async () => {
    const world = new World();
    world.outbox.setConnected(true);
    world.write('slow');
    expect(world.outbox.pending('r1')[0]?.state).toBe('sending');
    await world.pass(2_001);
    expect(world.outbox.pending('r1')[0]?.state).toBe('waiting');
    await world.pass(13_000);
    expect(world.outbox.pending('r1')[0]?.state).toBe('failed');
  });

  test('being offline is not the failure of a message', async () => {
    const world = new World();
    world.write('offline');
    await world.pass(60_000);
    expect(world.outbox.pending('r1')[0]?.state).toBe('waiting');
  });

  test('a refused message keeps its text, says why and does not hold up the next', async () => {
    const world = new World();
    world.outbox.setConnected(true);
    const long = world.write('far too long');
    world.write('fine');
    await settle();
    world.waiting.shift()?.reject(fault('text_too_long', '', false));
    await settle();
    expect(world.outbox.pending('r1')[0]).toMatchObject({ state: 'refused', reason: 'text_too_long' });
    expect(world.waiting.map((request) => request.item.text)).toEqual(['fine']);
    expect(world.outbox.discard(long)?.text).toBe('far too long');
  });

  test('a wait that the server asks for is kept', async () => {
    const world = new World();
    world.outbox.setConnected(true);
    world.write('too fast');
    await settle();
    world.waiting.shift()?.reject(fault('too_many_requests', '3000', true));
    await settle();
    await world.pass(2_900);
    expect(world.waiting).toHaveLength(0);
    await world.pass(200);
    expect(world.waiting).toHaveLength(1);
  });

  test('nonces are 128 random bits in the alphabet of the protocol', () => {
    const nonces = new Set(Array.from({ length: 100 }, newNonce));
    expect(nonces.size).toBe(100);
    for (const nonce of nonces) expect(nonce).toMatch(/^[A-Za-z0-9_-]{22}$/);
  });
});
