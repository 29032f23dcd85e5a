import type { OutboxItem } from './outbox.ts';
import type { Quote, RoomId, UserId } from './types.ts';

/** What stands in the box of a room: a new message, perhaps an answer to another one. */
export interface Draft {
  readonly text: string;
  readonly reply?: Quote | undefined;
  /** An edit in progress: which message, and its text so far. */
  readonly edit?: { readonly seq: number; readonly text: string } | undefined;
  /** Handed to the outbox in this very turn and not yet known to be on disk there. */
  readonly leaving?: readonly OutboxItem[] | undefined;
}

export const emptyDraft: Draft = { text: '' };

export interface KeyValue {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
  key(index: number): string | null;
  readonly length: number;
}

/**
 * Drafts of one person, one per room, written on every input and read back at any time: after a
 * reload, another room, a lost connection, or a sign-in that ran out. The storage is synchronous
 * on purpose: what was typed is safe before the next key.
 */
export class Drafts {
  private readonly prefix: string;
  private readonly storage: KeyValue;

  constructor(storage: KeyValue, user: UserId) {
    this.storage = storage;
    this.prefix = `kith:draft:${user}:`;
  }

  get(room: RoomId): Draft {
    try {
      const stored: unknown = JSON.parse(this.storage.getItem(this.prefix + room) ?? 'null');
      return isDraft(stored) ? stored : emptyDraft;
    } catch {
      return emptyDraft;
    }
  }

  set(room: RoomId, draft: Draft): void {
    const key = this.prefix + room;
    try {
      if (!draft.text && !draft.reply && !draft.edit && !draft.leaving) this.storage.removeItem(key);
      else this.storage.setItem(key, JSON.stringify(draft));
    } catch {
      // A full or forbidden storage costs the safety net, never the sentence being typed.
    }
  }

  update(room: RoomId, change: Partial<Draft>): Draft {
    const draft = { ...this.get(room), ...change };
    this.set(room, draft);
    return draft;
  }

  /** The box is emptied in the same turn in which its message is handed over. */
  handOver(item: OutboxItem): void {
    const { edit, leaving = [] } = this.get(item.room);
    this.set(item.room, { text: '', edit, leaving: [...leaving, item] });
  }

  /** The outbox has it on disk. */
  handedOver(item: OutboxItem): void {
    const leaving = this.get(item.room).leaving?.filter((other) => other.nonce !== item.nonce);
    this.update(item.room, { leaving: leaving?.length ? leaving : undefined });
  }

  /** Messages that left a box but may not have reached the outbox on disk. */
  leaving(): OutboxItem[] {
    const items: OutboxItem[] = [];
    for (let index = 0; index < this.storage.length; index += 1) {
      const key = this.storage.key(index);
      if (!key?.startsWith(this.prefix)) continue;
      items.push(...(this.get(key.slice(this.prefix.length)).leaving ?? []));
    }
    return items;
  }
}

function isDraft(value: unknown): value is Draft {
  return typeof value === 'object' && value !== null && typeof (value as Draft).text === 'string';
}
