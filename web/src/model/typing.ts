import type { UserId } from './types.ts';

/** A name stays at most this long without news, whatever the signal says. */
export const typingMaxMs = 5_000;
/** The server drops repeats within 2 s; its deadline is 5 s. */
export const typingRepeatMs = 3_000;

export interface Typist {
  readonly id: UserId;
  readonly name: string;
}

/** Who types in one room. A signal carries the whole list and replaces the one before. */
export class TypingList {
  private typists: readonly Typist[] = [];
  private more = 0;
  private until = 0;

  set(typists: readonly Typist[], more: number, ttlMs: number, now: number): void {
    this.typists = typists;
    this.more = more;
    this.until = now + Math.min(ttlMs, typingMaxMs);
  }

  /** A message ends its author's typing without a signal, and so does leaving. */
  remove(user: UserId): void {
    this.typists = this.typists.filter((typist) => typist.id !== user);
  }

  clear(): void {
    this.typists = [];
    this.more = 0;
  }

  shown(now: number, me: UserId): { typists: readonly Typist[]; more: number } {
    if (now >= this.until) return { typists: [], more: 0 };
    return { typists: this.typists.filter((typist) => typist.id !== me), more: this.more };
  }

  /** When the list ends by itself, 0 if nobody types. */
  get deadline(): number {
    return this.typists.length > 0 || this.more > 0 ? this.until : 0;
  }
}

/** Decides when the own typing is told to the others. */
export class TypingNotice {
  private lastOn = 0;
  private on = false;

  /** After each input; says what to send, if anything. */
  input(empty: boolean, now: number): boolean | undefined {
    if (empty) return this.stop();
    if (this.on && now - this.lastOn < typingRepeatMs) return undefined;
    this.on = true;
    this.lastOn = now;
    return true;
  }

  stop(): boolean | undefined {
    if (!this.on) return undefined;
    this.on = false;
    return false;
  }

  /** The message itself ends the typing, so nothing is sent. */
  sent(): void {
    this.on = false;
    this.lastOn = 0;
  }
}
