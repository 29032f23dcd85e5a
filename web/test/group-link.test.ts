import { describe, expect, test } from 'vitest';
import { Changes } from '../src/model/changes.ts';
import type { Publication } from '../src/model/types.ts';
import { Groups } from '../src/link/groups.ts';
import type { Session } from '../src/link/session.ts';

type Answers = Record<string, unknown>;

/** A session of which only the calls are answered. */
function bench(answers: Answers) {
  const asked: string[] = [];
  const session = {
    line: 'connected',
    changes: new Changes(),
    learnName: () => {},
    call: (method: string) => {
      asked.push(method);
      return Promise.resolve(answers[method] ?? {});
    },
  };
  return { asked, groups: new Groups(session as unknown as Session) };
}

async function turns(): Promise<void> {
  for (let turn = 0; turn < 12; turn += 1) await Promise.resolve();
}

const own = { id: 'g', name: 'Gardeners', description: '', join_mode: 'approval', capacity: 0, members: 1, joined: true, role: 'owner' };
const answers: Answers = {
  'group.list': { groups: [own] },
  'group.get': { group: own },
  'group.requests': { requests: [{ id: 'r1', user: 'u1', name: 'Una', created_at: '2026-01-01T00:00:00.000Z' }] },
  'room.list': { rooms: [{ id: 'g', name: 'Gardeners', topic: '', members: 1, joined: true }] },
  'group.members': { members: [{ id: 'me', name: 'Me', role: 'owner' }] },
  'presence.group': { count: 1, users: [{ id: 'me' }] },
};

let offset = 0;
const entry = (type: string, rest: Partial<Publication>): Publication => ({ type, offset: (offset += 1), at: '2026-01-01T00:00:00.000Z', ...rest });

describe('groups of one person', () => {
  test('who waits at an own group is listed, and follows the staff channel', async () => {
    const { groups } = bench(answers);
    await turns();
    expect(groups.requests('g')?.map(({ name }) => name)).toEqual(['Una']);
    groups.take('staff:group:g', entry('join.requested', { request: { id: 'r2', group: 'g', user: 'u2', name: 'Udo' } }));
    expect(groups.requests('g')?.map(({ name }) => name)).toEqual(['Una', 'Udo']);
    groups.take('staff:group:g', entry('join.decided', { request: { id: 'r1', group: 'g', user: 'u1' } }));
    groups.take('staff:group:g', entry('join.closed', { request: { id: 'r2', group: 'g', user: 'u2' } }));
    expect(groups.requests('g')).toEqual([]);
  });

  test('a group is entered, renamed and left by its events', async () => {
    const { groups } = bench({ ...answers, 'group.list': { groups: [] } });
    await turns();
    groups.take('user:me', entry('join.pending', { request: { id: 'r', group: 'h', user: 'me' } }));
    expect(groups.asked.get('h')).toBe('r');
    groups.take('user:me', entry('join.approved', { request: { id: 'r', group: 'h', user: 'me' } }));
    groups.take('user:me', entry('group.added', { group: { id: 'h', name: 'Herbs', role: 'member' } }));
    expect([groups.asked.get('h'), groups.get('h')?.name]).toEqual([undefined, 'Herbs']);
    expect(groups.requests('h')).toBeUndefined();
    groups.take('group:h', entry('group.updated', { changes: { name: 'Herbs and more' } }));
    groups.take('group:h', entry('member.joined', { users: [{ id: 'u1', name: 'Una' }], count: 2 }));
    expect([groups.get('h')?.name, groups.get('h')?.members]).toEqual(['Herbs and more', 2]);
    groups.unsubscribed('group:h');
    expect(groups.get('h')).toBeUndefined();
  });

  test('a group on screen says why it is gone, whichever of its two signs comes first', async () => {
    const { groups } = bench(answers);
    const home = groups.home('g');
    await home.open();
    groups.unsubscribed('group:g');
    expect([home.status, home.cause]).toEqual(['removed', '']);
    groups.take('user:me', entry('group.removed', { group: { id: 'g' }, cause: 'kicked', reason: 'Noise' }));
    expect([home.status, home.cause, home.reason]).toEqual(['removed', 'kicked', 'Noise']);
  });
});

describe('a group on screen', () => {
  test('its rooms follow the log of the group', async () => {
    const { groups } = bench(answers);
    const home = groups.home('g');
    await home.open();
    await turns();
    const rooms = () => home.rooms.all().map(({ name, archived_at }) => [name, archived_at !== undefined]);
    groups.take('group:g', entry('room.created', { room: { id: 'a', name: 'Seeds', topic: '' } }));
    groups.take('group:g', entry('room.updated', { room: { id: 'a' }, changes: { name: 'Seed swap' } }));
    expect(rooms()).toEqual([['Gardeners', false], ['Seed swap', false]]);
    groups.take('group:g', entry('room.archived', { archived: true, room: { id: 'a', name: 'Seed swap', topic: '' } }));
    expect(rooms()[1]).toEqual(['Seed swap', true]);
    groups.take('group:g', entry('room.archived', { archived: false, room: { id: 'a', name: 'Seed swap', topic: '' } }));
    groups.take('group:g', entry('room.deleted', { room: { id: 'a' } }));
    expect(rooms()).toEqual([['Gardeners', false]]);
  });

  test('its members and who of them is online follow it too', async () => {
    const { groups } = bench(answers);
    const home = groups.home('g');
    await home.open();
    await turns();
    groups.take('group:g', entry('member.joined', { users: [{ id: 'u1', name: 'Una' }], count: 2 }));
    groups.take('group:g', { type: 'presence', online: ['u1'], count: 2 });
    const { online } = home.members.sorted(new Intl.Collator('en'));
    expect(online.map(({ name }) => name)).toEqual(['Me', 'Una']);
    groups.take('group:g', entry('member.left', { users: ['u1'], count: 1 }));
    expect(home.members.count).toBe(1);
  });

  test('nothing is asked again when the line comes back and nothing was missed', async () => {
    const { asked, groups } = bench(answers);
    const home = groups.home('g');
    await home.open();
    await turns();
    const before = asked.length;
    groups.lineLost();
    groups.connected();
    groups.subscribed({ channel: 'group:g', recovered: true, offset: 1, epoch: 'e' });
    await turns();
    expect(asked.slice(before)).toEqual(['presence.group']);
  });
});
