import type { Entry, Message, Quote } from './types.ts';
import { messageFrom } from './types.ts';

/** A reply shows at most this many code points of what it answers, as the server does. */
const quoteMax = 200;

/**
 * Folds one log entry into a run of messages that are already loaded, and gives the same array
 * back when nothing in it changed. New messages are not this function's business: whether they
 * are drawn depends on the window.
 */
export function foldInto(messages: readonly Message[], entry: Entry): readonly Message[] {
  switch (entry.type) {
    case 'message.edited':
      return entry.seq === undefined ? messages : edited(messages, entry.seq, entry);
    case 'message.deleted':
      return deleted(messages, new Set(entry.seqs ?? []), entry.actor);
    default:
      return messages;
  }
}

/** The message of a `message.created`, with its quote filled in from what is on screen. */
export function createdBy(entry: Entry, loaded: readonly Message[]): Message | undefined {
  if (entry.type !== 'message.created' || !entry.message) return undefined;
  const message = messageFrom(entry.message, entry.at ?? '');
  const quote = message.reply;
  // The entry of an older server may carry the number alone; what is loaded knows the rest.
  if (!quote || quote.text !== undefined || quote.deleted) return message;
  const target = findSeq(loaded, quote.seq);
  return target ? { ...message, reply: quoteOf(target) } : message;
}

export function quoteOf(message: Message): Quote {
  if (message.deleted) return { seq: message.seq, author: message.author, deleted: true };
  return { seq: message.seq, author: message.author, text: cut(message.text) };
}

/** Binary search, since a run of messages is sorted by `seq`. */
export function findSeq(messages: readonly Message[], seq: number): Message | undefined {
  const index = indexOfSeq(messages, seq);
  const found = messages[index];
  return found?.seq === seq ? found : undefined;
}

/** The index of the first message whose `seq` is not below this one. */
export function indexOfSeq(messages: readonly Message[], seq: number): number {
  let low = 0;
  let high = messages.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((messages[middle] as Message).seq < seq) low = middle + 1;
    else high = middle;
  }
  return low;
}

function edited(messages: readonly Message[], seq: number, entry: Entry): readonly Message[] {
  // An old edit of a message that was deleted meanwhile comes without its text.
  if (entry.deleted) return deleted(messages, new Set([seq]), undefined);
  const text = entry.text ?? '';
  return replace(messages, (message) => {
    if (message.seq === seq) return message.deleted ? message : { ...message, text, edited: true };
    if (message.reply?.seq !== seq || message.reply.deleted) return message;
    return { ...message, reply: { ...message.reply, text: cut(text) } };
  });
}

function deleted(
  messages: readonly Message[],
  seqs: ReadonlySet<number>,
  by: string | undefined,
): readonly Message[] {
  return replace(messages, (message) => {
    const quoteGone = message.reply && seqs.has(message.reply.seq) && !message.reply.deleted;
    const gone = seqs.has(message.seq) && !message.deleted;
    if (!quoteGone && !gone) return message;
    const reply = quoteGone
      ? { seq: message.reply.seq, author: message.reply.author, deleted: true }
      : message.reply;
    return gone
      ? { ...message, reply, text: '', deleted: true, deletedBy: by }
      : { ...message, reply };
  });
}

function replace(
  messages: readonly Message[],
  change: (message: Message) => Message,
): readonly Message[] {
  let changed = false;
  const next = messages.map((message) => {
    const result = change(message);
    if (result !== message) changed = true;
    return result;
  });
  return changed ? next : messages;
}

function cut(text: string): string {
  if (text.length <= quoteMax) return text;
  return Array.from(text).slice(0, quoteMax).join('');
}
