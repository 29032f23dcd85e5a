import { describe, expect, test } from 'vitest';
import { Announcer } from '../src/model/announcer.ts';
import { hueOf, initialOf } from '../src/model/faces.ts';
import { faultFromProblem, faultFromReply } from '../src/model/fault.ts';
import { partsOf } from '../src/model/links.ts';
import { Members } from '../src/model/members.ts';
import { Pace } from '../src/model/pace.ts';
import { pathOf, routeOf } from '../src/model/routes.ts';
import { TypingList, TypingNotice } from '../src/model/typing.ts';
import { de } from '../src/text/de.ts';
import { en } from '../src/text/en.ts';
import { more as moreDe } from '../src/text/more.de.ts';
import { more as moreEn } from '../src/text/more.en.ts';

describe('typing', () => {
  test('K6: the line ends by itself, with the message, and when the list says so', () => {
    const list = new TypingList();
    const ada = { id: 'u2', name: 'Ada' };
    list.set([ada, { id: 'me', name: 'Me' }], 0, 60_000, 1_000);
    expect(list.shown(1_000, 'me').typists).toEqual([ada]);
    expect(list.shown(6_000, 'me').typists).toEqual([]);
    list.set([ada], 0, 5_000, 7_000);
    list.remove('u2');
    expect(list.shown(7_000, 'me').typists).toEqual([]);
    list.set([ada], 3, 5_000, 8_000);
    list.set([], 0, 5_000, 8_100);
    expect(list.shown(8_200, 'me')).toEqual({ typists: [], more: 0 });
  });

  test('own typing is told at once, then every three seconds, and its end once', () => {
    const notice = new TypingNotice();
    expect(notice.input(false, 0)).toBe(true);
    expect(notice.input(false, 2_900)).toBeUndefined();
    expect(notice.input(false, 3_000)).toBe(true);
    expect(notice.input(true, 3_100)).toBe(false);
    expect(notice.stop()).toBeUndefined();
    notice.input(false, 4_000);
    notice.sent();
    expect(notice.stop()).toBeUndefined();
  });
});

describe('members', () => {
  const collator = new Intl.Collator('en');
  const ids = (members: Members) => {
    const { online, others } = members.sorted(collator);
    return [online.map(({ id }) => id), others.map(({ id }) => id)];
  };
  const three = [
    { id: 'u1', name: 'Zoë', role: 'owner' },
    { id: 'u2', name: 'Ada', role: 'member' },
    { id: 'u3', name: 'Émile', role: 'member' },
  ];

  test('changes that arrive before the snapshot are put on top of it', () => {
    const members = new Members();
    members.setPage(three, undefined, true);
    members.presenceAsked();
    members.applyPresence({ type: 'presence', online: ['u3'], offline: ['u2'], count: 2 });
    members.setPresence(2, ['u1', 'u2']);
    expect(ids(members)).toEqual([['u3', 'u1'], ['u2']]);
    expect(members.onlineCount).toBe(2);
  });

  test('membership follows the log, and who left is not online', () => {
    const members = new Members();
    members.setPage(three, undefined, true);
    members.setPresence(3, ['u1', 'u2', 'u3']);
    members.applyEntry({ type: 'member.left', offset: 5, users: ['u2'], count: 2 });
    members.applyEntry({ type: 'member.joined', offset: 6, users: [{ id: 'u4', name: 'Bo', role: 'member' }], count: 3 });
    expect(ids(members)).toEqual([['u3', 'u1'], ['u4']]);
    expect([members.count, members.onlineCount]).toEqual([3, 2]);
  });

  test('without a connection nobody is called online', () => {
    const members = new Members();
    members.setPage(three, undefined, true);
    members.setPresence(3, ['u1', 'u2', 'u3']);
    members.withdrawPresence();
    expect(members.presenceKnown).toBe(false);
    expect(members.isOnline('u1')).toBe(false);
  });
});

describe('routes', () => {
  test('an address and its route are each other', () => {
    for (const path of ['/', '/rooms', '/sign-in', '/register', '/room/r_7-x']) {
      expect(pathOf(routeOf(path, ''))).toBe(path);
    }
    expect(routeOf('/setup', '#a%2Bb')).toEqual({ page: 'setup', token: 'a+b' });
  });

  test('anything else is not found', () => {
    for (const path of ['/room', '/room/a/b', '/room/%00', '/elsewhere']) {
      expect(routeOf(path, '').page).toBe('not-found');
    }
  });

  test('a mangled one-time link is no crash', () => {
    expect(routeOf('/setup', '#%zz')).toEqual({ page: 'setup', token: '%zz' });
  });
});

describe('faults', () => {
  test('what follows the first colon is a field or a time to wait', () => {
    expect(faultFromReply({ code: 107, message: 'bad_request:name' })).toMatchObject({ code: 'bad_request', field: 'name', temporary: false });
    expect(faultFromReply({ code: 111, message: 'too_many_requests:2500' })).toMatchObject({ waitMs: 2500, temporary: true });
    expect(faultFromReply({ code: 1007, message: 'text_too_long' })).toMatchObject({ code: 'text_too_long', temporary: false });
  });

  test('the own codes of the client mean that nothing is known', () => {
    expect(faultFromReply({ code: 1, message: 'timeout' })).toMatchObject({ code: 'unreachable', temporary: true });
    expect(faultFromReply(new Error('?')).temporary).toBe(true);
  });

  test('a problem names its fields', () => {
    const fault = faultFromProblem(422, { code: 'bad_request', errors: [{ pointer: '/handle', message: 'too short' }] });
    expect(fault.fields).toEqual({ handle: 'too short' });
    expect(faultFromProblem(502, {}).temporary).toBe(true);
  });
});

describe('links', () => {
  test('only http and https, without the end of the sentence', () => {
    expect(partsOf('see (https://a.example/x(y)), or http://b.example.').filter((part) => part.link).map((part) => part.text)).toEqual([
      'https://a.example/x(y)',
      'http://b.example',
    ]);
    expect(partsOf('javascript:alert(1) data:text/html,x').some((part) => part.link)).toBe(false);
  });

  test('the parts are the whole text', () => {
    for (const text of ['', 'a', 'https://a.example', 'x https://a.example, y https://b.example!']) {
      expect(partsOf(text).map((part) => part.text).join('')).toBe(text);
    }
  });
});

describe('pace', () => {
  test('drawing that takes long is collected, and is direct again when it is cheap', () => {
    let now = 0;
    let cost = 20;
    const drawn: number[] = [];
    const timers: Array<() => void> = [];
    const pace = new Pace({
      now: () => now,
      later: (run) => timers.push(run),
      draw: (waiting) => {
        drawn.push(waiting);
        now += cost;
      },
    });
    pace.changed();
    pace.changed();
    pace.changed();
    expect(drawn).toEqual([1]);
    timers.shift()?.();
    expect(drawn).toEqual([1, 2]);
    cost = 1;
    for (let turn = 0; turn < 10; turn += 1) {
      pace.changed();
      timers.shift()?.();
    }
    pace.changed();
    expect(timers).toHaveLength(0);
    expect(drawn.at(-1)).toBe(1);
  });
});

describe('faces and voice', () => {
  test('K14: an initial is what a reader sees as one letter', () => {
    expect(initialOf('élan')).toBe('É');
    expect(initialOf('e\u0301lan')).toBe('E\u0301');
    expect(initialOf('👩‍👩‍👧 family')).toBe('👩‍👩‍👧');
    expect(initialOf('  ')).toBe('?');
  });

  test('a hue belongs to its id', () => {
    expect(hueOf('u1')).toBe(hueOf('u1'));
    expect(hueOf('u1')).toBeLessThan(360);
  });

  test('many messages at once are told as a number', () => {
    const announcer = new Announcer();
    const say = (now: number) => announcer.next(now, () => 'one', (count) => `${count} new`);
    expect([say(0), say(1), say(2), say(3), say(4), say(3_000)]).toEqual(['one', 'one', 'one', '4 new', '5 new', 'one']);
  });

  test('German says everything that English says', () => {
    const keys = (value: object, path = ''): string[] =>
      Object.entries(value).flatMap(([key, inner]) =>
        typeof inner === 'object' && !Array.isArray(inner) ? keys(inner as object, `${path}${key}.`) : [`${path}${key}`],
      );
    expect(keys(de)).toEqual(keys(en));
    expect(moreDe.shortcuts.rows).toHaveLength(moreEn.shortcuts.rows.length);
  });
});
