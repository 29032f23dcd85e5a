import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createdBy, foldInto, indexOfSeq } from '../src/model/fold.ts';
import type { Entry, Message } from '../src/model/types.ts';

const message = (seq: number, more: Partial<Message> = {}): Message => ({
  seq,
  author: 'u1',
  text: `m${seq}`,
  at: '2026-01-05T10:00:00.000Z',
  edited: false,
  deleted: false,
  ...more,
});
const edited = (seq: number, text: string): Entry => ({ type: 'message.edited', offset: 9, seq, text });
const removed = (...seqs: number[]): Entry => ({ type: 'message.deleted', offset: 9, actor: 'u2', seqs });

describe('folding entries', () => {
  test('any order of edits and deletions: a deleted message never gets text again', () => {
    const change = fc.oneof(
      fc.record({ kind: fc.constant('edit'), seq: fc.integer({ min: 1, max: 6 }) }),
      fc.record({ kind: fc.constant('delete'), seq: fc.integer({ min: 1, max: 6 }) }),
    );
    fc.assert(
      fc.property(fc.array(change), (changes) => {
        let messages: readonly Message[] = [1, 2, 3, 4, 5].map((seq) => message(seq));
        const gone = new Set<number>();
        for (const [index, { kind, seq }] of changes.entries()) {
          if (kind === 'delete') gone.add(seq);
          messages = foldInto(messages, kind === 'edit' ? edited(seq, `e${index}`) : removed(seq));
        }
        expect(messages.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5]);
        for (const { seq, deleted, text } of messages) {
          expect(deleted).toBe(gone.has(seq));
          expect(text === '').toBe(gone.has(seq));
        }
      }),
    );
  });

  test('what does not concern the messages gives the same array back', () => {
    const messages = [message(1), message(2)];
    expect(foldInto(messages, edited(7, 'elsewhere'))).toBe(messages);
    expect(foldInto(messages, { type: 'reaction.added', offset: 3, seq: 1 })).toBe(messages);
    expect(foldInto(messages, { type: 'something.new', offset: 3 })).toBe(messages);
  });

  test('an untouched message stays the same object, so its row is not drawn again', () => {
    const messages = [message(1), message(2)];
    const after = foldInto(messages, edited(2, 'new'));
    expect(after[0]).toBe(messages[0]);
    expect(after[1]).toMatchObject({ text: 'new', edited: true });
  });

  test('a replayed edit of a message that is gone by now deletes it', () => {
    const after = foldInto([message(1)], { type: 'message.edited', offset: 2, seq: 1, deleted: true });
    expect(after[0]).toMatchObject({ deleted: true, text: '' });
  });

  test('a tombstone says who removed it', () => {
    expect(foldInto([message(1)], removed(1))[0]?.deletedBy).toBe('u2');
  });

  test('one entry deletes several messages, and the quotes of them', () => {
    const quoting = message(4, { reply: { seq: 3, author: 'u1', text: 'm3' } });
    const after = foldInto([message(1), message(2), message(3), quoting], removed(1, 3));
    expect(after.map(({ deleted }) => deleted)).toEqual([true, false, true, false]);
    expect(after[3]?.reply).toEqual({ seq: 3, author: 'u1', deleted: true });
  });

  test('a quote that came as a number is filled in from what is loaded', () => {
    const entry: Entry = {
      type: 'message.created',
      offset: 2,
      at: '2026-01-05T10:00:01.000Z',
      message: { seq: 2, author: 'u2', text: 'answer', reply_to: 1 },
    };
    expect(createdBy(entry, [message(1)])).toMatchObject({
      at: '2026-01-05T10:00:01.000Z',
      reply: { seq: 1, author: 'u1', text: 'm1' },
    });
  });

  test('a quote is cut between characters, not inside one', () => {
    const long = '👩‍🚀'.repeat(200);
    const entry: Entry = { type: 'message.created', offset: 2, message: { seq: 2, author: 'u2', text: 'a', reply_to: 1 } };
    const quoted = createdBy(entry, [message(1, { text: long })])?.reply?.text ?? '';
    expect(Array.from(quoted)).toHaveLength(200);
    expect(quoted).not.toMatch(/[\uD800-\uDBFF]$/);
  });

  test('searching by seq finds the place', () => {
    const messages = [message(3), message(5), message(9)];
    expect([1, 3, 4, 9, 10].map((seq) => indexOfSeq(messages, seq))).toEqual([0, 0, 1, 2, 3]);
  });
});
