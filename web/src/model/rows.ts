import type { PendingMessage } from './outbox.ts';
import { quoteOf } from './fold.ts';
import type { Message, UserId } from './types.ts';

export type SendState = 'sent' | 'sending' | 'waiting' | 'failed' | 'refused';

/**
 * One line of the log as it is drawn. Rows are flat copies, since the view's store writes into
 * them, and their keys never change: a message keeps its nodes when it is confirmed or edited.
 */
export interface MessageRow {
  readonly kind: 'message';
  readonly key: string;
  /** 0 while the server has not answered. */
  readonly seq: number;
  readonly nonce: string;
  readonly author: UserId;
  readonly text: string;
  readonly at: string;
  /** The first of a run by one sender: it carries the face, the name and the time. */
  readonly first: boolean;
  readonly edited: boolean;
  readonly deleted: boolean;
  readonly deletedBy: UserId;
  readonly quoteSeq: number;
  readonly quoteAuthor: UserId;
  readonly quoteText: string;
  readonly quoteDeleted: boolean;
  readonly state: SendState;
  readonly reason: string;
}

export interface DayRow {
  readonly kind: 'day';
  readonly key: string;
  /** The local day as YYYY-MM-DD. */
  readonly day: string;
}

export type Row = MessageRow | DayRow;

/** Messages of one sender within this time stand together under one name. */
const togetherMs = 5 * 60_000;

export interface RowSource {
  readonly messages: readonly Message[];
  readonly pending: readonly PendingMessage[];
  readonly me: UserId;
}

export function rowsOf(source: RowSource): Row[] {
  const rows: Row[] = [];
  const shown = new Set<string>();
  let previous: { author: UserId; at: number; day: string } | undefined;

  const add = (row: Omit<MessageRow, 'first' | 'kind'>): void => {
    const at = Date.parse(row.at);
    const day = localDay(at);
    if (previous?.day !== day) rows.push({ kind: 'day', key: `day:${day}`, day });
    const first =
      previous?.day !== day || previous.author !== row.author || at - previous.at > togetherMs;
    rows.push({ kind: 'message', first, ...row });
    previous = { author: row.author, at: first ? at : previous?.at ?? at, day };
  };

  for (const message of source.messages) {
    if (message.author === source.me && message.nonce) shown.add(message.nonce);
    add(sentRow(message, source.me));
  }
  for (const pending of source.pending) {
    if (!shown.has(pending.nonce)) add(pendingRow(pending, source.me));
  }
  return rows;
}

/** Own messages are keyed by their nonce from the first moment, so confirming one moves nothing. */
function sentRow(message: Message, me: UserId): Omit<MessageRow, 'first' | 'kind'> {
  const own = message.author === me && message.nonce;
  return {
    key: own ? `nonce:${message.nonce}` : `seq:${message.seq}`,
    seq: message.seq,
    nonce: message.nonce ?? '',
    author: message.author,
    text: message.text,
    at: message.at,
    edited: message.edited,
    deleted: message.deleted,
    deletedBy: message.deletedBy ?? '',
    ...quoteFields(message.reply),
    state: 'sent',
    reason: '',
  };
}

function pendingRow(pending: PendingMessage, me: UserId): Omit<MessageRow, 'first' | 'kind'> {
  return {
    key: `nonce:${pending.nonce}`,
    seq: 0,
    nonce: pending.nonce,
    author: me,
    text: pending.text,
    at: pending.at,
    edited: false,
    deleted: false,
    deletedBy: '',
    ...quoteFields(pending.reply),
    state: pending.state,
    reason: pending.reason,
  };
}

function quoteFields(quote: ReturnType<typeof quoteOf> | undefined) {
  return {
    quoteSeq: quote?.seq ?? 0,
    quoteAuthor: quote?.author ?? '',
    quoteText: quote?.text ?? '',
    quoteDeleted: quote?.deleted ?? false,
  };
}

export function localDay(at: number): string {
  const date = new Date(at);
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}
