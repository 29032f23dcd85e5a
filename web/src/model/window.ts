import { createdBy, findSeq, foldInto, indexOfSeq } from './fold.ts';
import type { Entry, HistoryPage, Message, UserId } from './types.ts';
import { messageFrom } from './types.ts';

/** How many messages the page draws, and how far it may go above before it trims. */
export const windowMax = 300;
export const windowLeeway = 20;
export const pageSize = 50;
/** What waited while nothing was drawn is not worth drawing beyond this many. */
export const foldedMax = 50;
/** The page shows "999+" from here on, so there is no use in knowing more. */
const beyondMax = 1000;

export type Reader = 'at the end' | 'further up';
export type Side = 'before' | 'after';

/**
 * The part of one room's log that is loaded: a run of messages without holes, plus what is known
 * of the log beyond it.
 *
 * Entries are applied in the order of their offsets. Pages of history are snapshots taken at some
 * other offset than the one reached here, so entries that arrive while a page is on its way are
 * remembered and folded into the page when it comes. Nothing is ever loaded twice or left out.
 */
export class LogWindow {
  messages: readonly Message[] = [];
  /** The end of the run is the end of the log. */
  attached = false;
  moreBefore = false;
  loaded = false;
  offset = 0;
  epoch = '';
  /** Offsets are dense: a jump means that something was lost, and the caller loads anew. */
  gap = false;
  reader: Reader = 'at the end';

  /** Authors of messages beyond a detached window, by seq. Only they are counted, not drawn. */
  private beyond = new Map<number, UserId>();
  private underway = 0;
  private remembered: Entry[] = [];

  /** Call before a page is asked for, and give its answer to one of the functions below. */
  pageAsked(): void {
    this.underway += 1;
  }

  pageFailed(): void {
    this.underway -= 1;
    if (this.underway === 0) this.remembered = [];
  }

  /** A live entry. Says whether it was new. */
  apply(entry: Entry): boolean {
    if (this.underway > 0) this.remembered.push(entry);
    if (!this.loaded || entry.offset <= this.offset) return false;
    if (entry.offset > this.offset + 1) this.gap = true;
    this.offset = entry.offset;
    this.take(entry);
    return true;
  }

  /** The page that replaces the window: the newest messages, or those around a place. */
  replaceWith(page: HistoryPage): void {
    this.messages = page.messages.map((wire) => messageFrom(wire, ''));
    this.moreBefore = page.has_more_before;
    this.attached = !page.has_more_after;
    this.offset = page.offset;
    this.epoch = page.epoch;
    this.loaded = true;
    this.gap = false;
    this.beyond.clear();
    const missed = this.remembered.filter((entry) => entry.offset > page.offset);
    this.pageFailed();
    // Nothing is left to remember for pages asked before: they end in a window that is gone.
    for (const entry of missed) this.applyOnce(entry);
  }

  /** A page that continues the window at one side. It is dropped if it does not fit any more. */
  extendWith(page: HistoryPage, side: Side, cursor: number): boolean {
    let rows: readonly Message[] = page.messages.map((wire) => messageFrom(wire, ''));
    for (const entry of this.remembered) {
      if (entry.offset <= page.offset) continue;
      rows = foldInto(rows, entry);
    }
    const missed = this.remembered.filter((entry) => entry.offset > page.offset);
    this.pageFailed();
    const edge = side === 'before' ? this.messages[0] : this.messages.at(-1);
    if (!this.loaded || (edge && edge.seq !== cursor)) return false;
    if (side === 'before') {
      this.messages = [...rows, ...this.messages];
      this.moreBefore = page.has_more_before;
      this.trim('after');
    } else {
      this.messages = [...this.messages, ...rows];
      this.attached = !page.has_more_after;
      for (const row of rows) this.beyond.delete(row.seq);
      if (this.attached) {
        this.beyond.clear();
        for (const entry of missed) this.take(entry);
      }
      this.trim('before');
    }
    return true;
  }

  /**
   * Before drawing what was collected: far more than a screen of new messages is drawn from its
   * end only, the rest comes by paging.
   */
  foldAway(waiting: number): void {
    if (waiting <= foldedMax || !this.attached || this.reader !== 'at the end') return;
    this.cutBefore(Math.max(0, this.messages.length - foldedMax));
  }

  /** Messages after this place that somebody else wrote and that are still there. */
  newBelow(seq: number, me: UserId): number {
    let count = 0;
    for (let index = indexOfSeq(this.messages, seq + 1); index < this.messages.length; index += 1) {
      const message = this.messages[index] as Message;
      if (message.author !== me && !message.deleted) count += 1;
    }
    for (const [beyond, author] of this.beyond) if (beyond > seq && author !== me) count += 1;
    return count;
  }

  find(seq: number): Message | undefined {
    return findSeq(this.messages, seq);
  }

  get lastSeq(): number {
    return this.messages.at(-1)?.seq ?? 0;
  }

  private applyOnce(entry: Entry): void {
    const underway = this.underway;
    this.underway = 0;
    this.apply(entry);
    this.underway = underway;
  }

  private take(entry: Entry): void {
    const created = createdBy(entry, this.messages);
    if (created) this.add(created);
    else this.messages = foldInto(this.messages, entry);
    if (entry.type === 'message.deleted') for (const seq of entry.seqs ?? []) this.beyond.delete(seq);
  }

  private add(message: Message): void {
    if (message.seq <= this.lastSeq) return;
    if (this.attached && this.reader === 'further up' && this.messages.length >= windowMax) {
      this.attached = false;
    }
    if (!this.attached) {
      this.count(message);
      return;
    }
    this.messages = [...this.messages, message];
    if (this.reader === 'at the end') this.trim('before');
  }

  /** Takes rows away at the side where the reader is not. */
  private trim(side: Side): void {
    const over = this.messages.length - windowMax;
    if (over <= windowLeeway) return;
    if (side === 'before') {
      this.cutBefore(over);
      return;
    }
    for (const message of this.messages.slice(windowMax)) this.count(message);
    this.messages = this.messages.slice(0, windowMax);
    this.attached = false;
  }

  private count(message: Message): void {
    if (!message.deleted && this.beyond.size < beyondMax) this.beyond.set(message.seq, message.author);
  }

  private cutBefore(count: number): void {
    if (count === 0) return;
    this.messages = this.messages.slice(count);
    this.moreBefore = true;
  }
}
