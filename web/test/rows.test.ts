import { describe, expect, test } from 'vitest';
import type { PendingMessage } from '../src/model/outbox.ts';
import { rowsOf, type MessageRow } from '../src/model/rows.ts';
import type { Message } from '../src/model/types.ts';

const message = (seq: number, author: string, at: string, nonce?: string): Message => ({
  seq,
  author,
  text: `m${seq}`,
  at,
  nonce,
  edited: false,
  deleted: false,
});
const pending = (nonce: string, at: string): PendingMessage => ({
  nonce,
  room: 'r1',
  text: nonce,
  at,
  state: 'waiting',
  reason: '',
});
const rows = (messages: Message[], waiting: PendingMessage[] = []) =>
  rowsOf({ messages, pending: waiting, me: 'me' });
const messageRows = (...input: Parameters<typeof rows>): MessageRow[] =>
  rows(...input).filter((row): row is MessageRow => row.kind === 'message');

describe('rows', () => {
  test('one sender is grouped for five minutes', () => {
    const result = messageRows([
      message(1, 'u1', '2026-01-05T10:00:00'),
      message(2, 'u1', '2026-01-05T10:04:59'),
      message(3, 'u1', '2026-01-05T10:05:01'),
      message(4, 'u2', '2026-01-05T10:05:02'),
    ]);
    expect(result.map((row) => row.first)).toEqual([true, false, true, true]);
  });

  test('a day stands before its first message and starts a new group', () => {
    const result = rows([
      message(1, 'u1', '2026-01-05T23:59:00'),
      message(2, 'u1', '2026-01-06T00:01:00'),
    ]);
    expect(result.map((row) => row.key)).toEqual(['day:2026-01-05', 'seq:1', 'day:2026-01-06', 'seq:2']);
    expect((result[3] as MessageRow).first).toBe(true);
  });

  test('a pending row and the entry that confirms it have one key, and are never both there', () => {
    const before = messageRows([], [pending('n1', '2026-01-05T10:00:00')]);
    const after = messageRows(
      [message(1, 'me', '2026-01-05T10:00:01', 'n1')],
      [pending('n1', '2026-01-05T10:00:00')],
    );
    expect(before[0]?.key).toBe('nonce:n1');
    expect(after).toHaveLength(1);
    expect(after[0]).toMatchObject({ key: 'nonce:n1', seq: 1, state: 'sent' });
  });

  test('the nonce of somebody else confirms nothing of mine', () => {
    const result = messageRows(
      [message(1, 'u1', '2026-01-05T10:00:01', 'n1')],
      [pending('n1', '2026-01-05T10:00:02')],
    );
    expect(result.map((row) => row.key)).toEqual(['seq:1', 'nonce:n1']);
  });

  test('own unsent messages keep the order in which they were written', () => {
    const result = messageRows(
      [message(1, 'u1', '2026-01-05T10:00:00')],
      [pending('a', '2026-01-05T10:00:01'), pending('b', '2026-01-05T10:00:02')],
    );
    expect(result.map((row) => row.text)).toEqual(['m1', 'a', 'b']);
  });
});
