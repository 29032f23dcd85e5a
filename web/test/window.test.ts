import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Entry, HistoryPage, Message, WireMessage } from '../src/model/types.ts';
import { messageFrom } from '../src/model/types.ts';
import { LogWindow, windowLeeway, windowMax } from '../src/model/window.ts';

/** A room as the server keeps it: a log of entries and the messages they add up to. */
class Room {
  readonly entries: Entry[] = [];
  readonly messages: WireMessage[] = [];

  send(author: string, text: string, replyTo?: number): Entry {
    // As on the wire: a message's seq is the offset of its entry, so seqs have holes.
    const message: WireMessage = { seq: this.entries.length + 1, author, text, at: '2026-01-05T10:00:00.000Z' };
    if (replyTo !== undefined) message.reply_to = replyTo;
    this.messages.push(message);
    return this.append({ type: 'message.created', message: this.view(message) });
  }

  edit(seq: number, text: string): Entry {
    const message = this.get(seq);
    if (message.deleted) return this.append({ type: 'member.joined', users: [] });
    message.text = text;
    message.edit_count = (message.edit_count ?? 0) + 1;
    return this.append({ type: 'message.edited', seq, text });
  }

  remove(seq: number): Entry {
    const message = this.get(seq);
    message.deleted = true;
    message.text = '';
    message.deleted_by = 'u1';
    return this.append({ type: 'message.deleted', actor: 'u1', seqs: [seq] });
  }

  page(what: { before?: number; after?: number; around?: number }, limit: number): HistoryPage {
    const count = this.messages.length;
    let from = Math.max(0, count - limit);
    let to = count;
    const below = (seq: number): number => this.messages.filter((message) => message.seq < seq).length;
    if (what.before !== undefined) {
      to = below(what.before);
      from = Math.max(0, to - limit);
    } else if (what.after !== undefined) {
      from = below(what.after + 1);
      to = Math.min(count, from + limit);
    } else if (what.around !== undefined) {
      from = Math.max(0, below(what.around) - limit / 2);
      to = Math.min(count, below(what.around) + limit / 2);
    }
    return {
      messages: this.messages.slice(from, to).map((message) => this.view(message)),
      epoch: 'e',
      offset: this.entries.length,
      has_more_before: from > 0,
      has_more_after: to < count,
    };
  }

  view(message: WireMessage): WireMessage {
    const target = message.reply_to === undefined ? undefined : this.get(message.reply_to);
    const copy = { ...message };
    if (!target) return copy;
    copy.reply = target.deleted
      ? { seq: target.seq, author: target.author, deleted: true }
      : { seq: target.seq, author: target.author, text: target.text ?? '' };
    return copy;
  }

  get(seq: number): WireMessage {
    return this.messages.find((message) => message.seq === seq) as WireMessage;
  }

  private append(entry: Omit<Entry, 'offset'>): Entry {
    const whole = { ...entry, offset: this.entries.length + 1 } as Entry;
    this.entries.push(structuredClone(whole));
    return whole;
  }
}

function filled(count: number): Room {
  const room = new Room();
  for (let index = 0; index < count; index += 1) room.send('u1', `m${index + 1}`);
  return room;
}

function opened(room: Room): LogWindow {
  const log = new LogWindow();
  log.pageAsked();
  log.replaceWith(room.page({}, 50));
  return log;
}

function shown(message: Message): object {
  const { seq, author, text, edited, deleted, reply } = message;
  return { seq, author, text, edited, deleted, reply };
}

function truth(room: Room, from: number, count: number): object[] {
  return room.messages
    .filter((message) => message.seq >= from)
    .slice(0, count)
    .map((message) => shown(messageFrom(room.view(message), '')));
}

function expectTruth(log: LogWindow, room: Room): void {
  const first = log.messages[0]?.seq ?? 1;
  expect(log.messages.map(shown)).toEqual(truth(room, first, log.messages.length));
  expect(log.messages.length).toBeLessThanOrEqual(windowMax + windowLeeway);
  expect(log.moreBefore).toBe(first > (room.messages[0]?.seq ?? 1));
  if (log.attached) expect(log.lastSeq).toBe(room.messages.at(-1)?.seq ?? 0);
}

describe('the window of a log', () => {
  test('whatever happens while pages are on their way, it ends as a true piece of the log', () => {
    const step = fc.oneof(
      fc.record({ do: fc.constant('send' as const), reply: fc.nat(400) }),
      fc.record({ do: fc.constant('edit' as const), at: fc.nat(400) }),
      fc.record({ do: fc.constant('remove' as const), at: fc.nat(400) }),
      fc.record({ do: fc.constant('deliver' as const), count: fc.nat(20) }),
      fc.record({ do: fc.constant('ask' as const), side: fc.constantFrom('before' as const, 'after' as const) }),
      fc.record({ do: fc.constant('reload' as const), around: fc.nat(400) }),
      fc.record({ do: fc.constant('read' as const), away: fc.boolean() }),
    );
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 400 }), fc.array(step, { maxLength: 60, size: 'max' }), (count, steps) => {
        const room = filled(count);
        const log = opened(room);
        let delivered = room.entries.length;
        let asked: (() => void) | undefined;
        const deliver = (upTo: number): void => {
          while (delivered < Math.min(upTo, room.entries.length)) {
            log.apply(structuredClone(room.entries[delivered] as Entry));
            delivered += 1;
          }
        };
        const seqAt = (at: number): number => room.messages[at % Math.max(1, room.messages.length)]?.seq ?? 0;
        // Half of all changes hit the rows about the window's edge, where a page may be on its way.
        const changedAt = (at: number): number => {
          if (at % 2 === 0) return seqAt(at);
          const edge = room.messages.findIndex((message) => message.seq === log.messages[0]?.seq);
          return seqAt(Math.max(0, edge - 1 - (at % 50)));
        };
        for (const action of steps) {
          if (action.do === 'send') room.send('u2', 'new', action.reply && room.messages.length ? seqAt(action.reply) : undefined);
          else if (action.do === 'deliver') deliver(delivered + action.count);
          else if (action.do === 'read') log.reader = action.away ? 'further up' : 'at the end';
          else if (room.messages.length === 0) continue;
          else if (action.do === 'edit') room.edit(changedAt(action.at), `edit ${room.entries.length}`);
          else if (action.do === 'remove') room.remove(changedAt(action.at));
          else if (action.do === 'reload') {
            asked?.();
            log.pageAsked();
            const page = room.page({ around: seqAt(action.around) }, 100);
            asked = () => log.replaceWith(page);
          } else {
            asked?.();
            asked = undefined;
            const edge = action.side === 'before' ? log.messages[0] : log.messages.at(-1);
            const more = action.side === 'before' ? log.moreBefore : !log.attached;
            if (!edge || !more) continue;
            log.pageAsked();
            const page = room.page({ [action.side]: edge.seq }, 50);
            asked = () => void log.extendWith(page, action.side, edge.seq);
          }
        }
        asked?.();
        deliver(Number.POSITIVE_INFINITY);
        expect(log.gap).toBe(false);
        expectTruth(log, room);
      }),
      { numRuns: 300 },
    );
  });

  test('a page that is older than what was seen meanwhile gets what it missed', () => {
    const room = filled(120);
    const log = opened(room);
    log.pageAsked();
    const page = room.page({ before: 71 }, 50);
    log.apply(room.remove(60));
    log.apply(room.edit(61, 'edited meanwhile'));
    log.extendWith(page, 'before', 71);
    expect(log.find(60)?.deleted).toBe(true);
    expect(log.find(61)?.text).toBe('edited meanwhile');
  });

  test('entries that come before the first page are held and not lost', () => {
    const room = filled(3);
    const log = new LogWindow();
    log.pageAsked();
    const page = room.page({}, 50);
    log.apply(room.send('u2', 'while loading'));
    log.replaceWith(page);
    expect(log.lastSeq).toBe(4);
    expect(log.offset).toBe(4);
  });

  test('a message seen by push and by page is there once', () => {
    const room = filled(3);
    const log = opened(room);
    const entry = room.send('u2', 'once');
    log.apply(entry);
    log.apply(entry);
    expect(log.messages.map((message) => message.seq)).toEqual([1, 2, 3, 4]);
  });

  test('a jump in the offsets is noticed, never passed over in silence', () => {
    const room = filled(3);
    const log = opened(room);
    room.send('u2', 'lost');
    log.apply(room.send('u2', 'after the hole'));
    expect(log.gap).toBe(true);
  });

  test('somebody who reads far above keeps his rows; new messages are counted only', () => {
    const room = filled(500);
    const log = opened(room);
    log.reader = 'further up';
    for (let page = 0; page < 6; page += 1) {
      const edge = log.messages[0] as Message;
      log.pageAsked();
      log.extendWith(room.page({ before: edge.seq }, 50), 'before', edge.seq);
    }
    expect(log.attached).toBe(false);
    log.apply(room.send('u2', 'new'));
    log.apply(room.send('me', 'own'));
    const gone = room.send('u2', 'gone again');
    log.apply(gone);
    log.apply(room.remove(503));
    expect(log.newBelow(500, 'me')).toBe(1);
    expect(log.messages.length).toBeLessThanOrEqual(windowMax + windowLeeway);
  });

  test('ten thousand messages at the end leave three hundred rows', () => {
    const room = filled(10);
    const log = opened(room);
    for (let index = 0; index < 10_000; index += 1) log.apply(room.send('u2', 'x'));
    expect(log.messages.length).toBeLessThanOrEqual(windowMax + windowLeeway);
    expectTruth(log, room);
  });

  test('a burst is drawn from its end', () => {
    const room = filled(200);
    const log = opened(room);
    for (let index = 0; index < 80; index += 1) log.apply(room.send('u2', 'x'));
    log.foldAway(80);
    expect(log.messages.length).toBe(50);
    expectTruth(log, room);
  });

  test('what a reply quotes follows its edit and its deletion', () => {
    const room = filled(2);
    const log = opened(room);
    log.apply(room.send('u2', 'answer', 1));
    log.apply(room.edit(1, 'better'));
    expect(log.find(3)?.reply?.text).toBe('better');
    log.apply(room.remove(1));
    expect(log.find(3)?.reply).toEqual({ seq: 1, author: 'u1', deleted: true });
  });
});
