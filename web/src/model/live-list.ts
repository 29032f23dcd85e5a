import type { Fault } from './fault.ts';

const firstWaitMs = 500;
const longestWaitMs = 30_000;

interface Item {
  readonly id: string;
}

export interface LivePage<Kind> {
  readonly items: readonly Kind[];
  readonly next?: string | undefined;
}

export interface LiveListPorts<Kind> {
  /** Rejects with a Fault. */
  readonly page: (cursor: string | undefined) => Promise<LivePage<Kind>>;
  readonly later: (run: () => void, ms: number) => void;
  readonly loaded: () => void;
  /** What is said of an item of which only a part was heard. */
  readonly blank: Omit<Kind, 'id'>;
}

type Change<Kind> = (items: Map<string, Kind>) => void;

/**
 * Rooms or groups a person is in, rooms of a group, requests to join one: pages, and the changes
 * that arrive live. A page may be older than a
 * change that came while the pages were read, so those changes are made once more on top of them;
 * one that a page knew already comes to the same, and whatever came after it arrives as well.
 */
export class LiveList<Kind extends Item> {
  /** A whole list was read at least once, so what is not in it is not there. */
  loaded = false;
  private items = new Map<string, Kind>();
  private meanwhile: Change<Kind>[] | undefined;
  private run = 0;
  private readonly ports: LiveListPorts<Kind>;

  constructor(ports: LiveListPorts<Kind>) {
    this.ports = ports;
  }

  get(id: string): Kind | undefined {
    return this.items.get(id);
  }

  all(): Kind[] {
    return [...this.items.values()];
  }

  /** What an event does not say is as the list knows it. */
  add(item: Partial<Kind> & Item): void {
    this.change((items) => items.set(item.id, { ...this.ports.blank, ...items.get(item.id), ...item } as Kind));
  }

  /** Nothing happens to what is not in the list. */
  update(id: string, changes: Partial<Kind>): void {
    this.change((items) => {
      const item = items.get(id);
      if (item) items.set(id, { ...item, ...changes });
    });
  }

  remove(id: string): void {
    this.change((items) => items.delete(id));
  }

  /** Reads all of it anew. A reading under way is given up: its pages are older. */
  load(): void {
    this.run += 1;
    this.meanwhile = [];
    void this.read(this.run);
  }

  /** A reading that the lost line cut off; nothing to do when the list was whole. */
  resume(): void {
    if (!this.loaded || this.meanwhile) this.load();
  }

  /** No more questions until the next `load` or `resume`. */
  pause(): void {
    this.run += 1;
  }

  private change(change: Change<Kind>): void {
    change(this.items);
    this.meanwhile?.push(change);
  }

  private async read(run: number): Promise<void> {
    let read = new Map<string, Kind>();
    let cursor: string | undefined;
    let waitMs = firstWaitMs;
    for (;;) {
      try {
        const page = await this.ports.page(cursor);
        if (run !== this.run) return;
        for (const item of page.items) read.set(item.id, item);
        cursor = page.next;
        waitMs = firstWaitMs;
        if (!cursor) break;
      } catch (error) {
        if (run !== this.run) return;
        const fault = error as Fault;
        if (!fault.temporary) {
          // What is refused for good may be the cursor: the next attempt begins at the beginning.
          cursor = undefined;
          read = new Map();
        }
        const pause = Math.max(fault.waitMs, waitMs);
        waitMs = Math.min(waitMs * 2, longestWaitMs);
        await new Promise<void>((resolve) => this.ports.later(resolve, pause));
        if (run !== this.run) return;
      }
    }
    this.finish(read);
  }

  private finish(read: Map<string, Kind>): void {
    for (const change of this.meanwhile ?? []) change(read);
    this.meanwhile = undefined;
    this.items = read;
    this.loaded = true;
    this.ports.loaded();
  }
}
