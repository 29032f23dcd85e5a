import { describe, expect, test } from 'vitest';
import { Asked } from '../src/model/asked.ts';
import { Calm } from '../src/model/calm.ts';
import type { Group } from '../src/model/types.ts';
import { pathOf, routeOf } from '../src/model/routes.ts';

const group = (id: string, request?: string): Group => ({
  id,
  name: id,
  description: '',
  join_mode: 'approval',
  capacity: 0,
  members: 1,
  joined: false,
  request,
});

describe('what was asked of groups', () => {
  test('a list says what waits, and no longer waits', () => {
    const asked = new Asked();
    asked.learn([group('a', 'r1'), group('b')], asked.version);
    expect([asked.get('a'), asked.get('b')]).toEqual(['r1', undefined]);
    asked.learn([group('a')], asked.version);
    expect(asked.get('a')).toBeUndefined();
  });

  test('a list that was asked for before an event does not undo it, nor that of another group', () => {
    const asked = new Asked();
    const version = asked.version;
    asked.pending('a', 'r1');
    asked.learn([group('a'), group('b', 'r2')], version);
    expect([asked.get('a'), asked.get('b')]).toEqual(['r1', 'r2']);
    asked.ended('a');
    asked.learn([group('a', 'r1')], version);
    expect(asked.get('a')).toBeUndefined();
  });

  test('a declined request says why until the next one', () => {
    const asked = new Asked();
    asked.pending('a', 'r1');
    asked.decline('a', 'Tell us more');
    expect([asked.get('a'), asked.declined('a')]).toEqual([undefined, 'Tell us more']);
    asked.pending('a', 'r2');
    expect([asked.get('a'), asked.declined('a')]).toEqual(['r2', undefined]);
  });
});

describe('a list that many things change', () => {
  test('is drawn at once, and then once for all that came within the pause', () => {
    const timers: Array<() => void> = [];
    let runs = 0;
    const calm = new Calm({ later: (run) => timers.push(run), run: () => (runs += 1) });
    calm.ask();
    expect(runs).toBe(1);
    for (let turn = 0; turn < 5; turn += 1) calm.ask();
    expect(runs).toBe(1);
    timers.shift()?.();
    expect(runs).toBe(2);
    timers.shift()?.();
    expect([runs, timers.length]).toEqual([2, 0]);
    calm.ask();
    expect(runs).toBe(3);
    calm.ask();
    calm.ask(true);
    expect(runs).toBe(4);
    timers.shift()?.();
    expect(runs).toBe(4);
  });
});

test('a group has an address', () => {
  expect(routeOf('/group/g1', '')).toEqual({ page: 'group', group: 'g1' });
  expect(pathOf({ page: 'group', group: 'g1' })).toBe('/group/g1');
  expect(routeOf('/group', '').page).toBe('not-found');
});
