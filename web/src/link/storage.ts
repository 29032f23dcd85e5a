import { createStore, del, entries, set } from 'idb-keyval';
import type { KeyValue } from '../model/drafts.ts';
import type { OutboxItem, OutboxStore } from '../model/outbox.ts';

interface StoredItem extends OutboxItem {
  /** The tab that sends it. While that tab lives no other one touches it. */
  readonly tab: string;
}

/** The outbox of one person on this device, shared by all tabs in IndexedDB. */
export class StoredOutbox implements OutboxStore {
  private readonly store;
  private readonly tab = `kith-tab-${crypto.getRandomValues(new Uint32Array(2)).join('-')}`;

  constructor(user: string) {
    this.store = createStore(`kith-outbox-${user}`, 'items');
    // Held for as long as this tab lives; a tab that is gone leaves its messages to the next one.
    void navigator.locks?.request(this.tab, () => new Promise(() => {}));
  }

  async put(item: OutboxItem): Promise<void> {
    try {
      await set(item.nonce, { ...item, tab: this.tab } satisfies StoredItem, this.store);
    } catch {
      // A private window may have no storage; the message is still sent from memory.
    }
  }

  async remove(nonce: string): Promise<void> {
    try {
      await del(nonce, this.store);
    } catch {
      // The same nonce sent once more is answered as a duplicate, so nothing is lost.
    }
  }

  /** Messages left behind by tabs that are gone, oldest first. */
  async orphans(): Promise<OutboxItem[]> {
    try {
      const alive = new Set((await navigator.locks?.query())?.held?.map((lock) => lock.name));
      const stored = (await entries<string, StoredItem>(this.store)).map(([, item]) => item);
      return stored
        .filter((item) => item.tab !== this.tab && !alive.has(item.tab))
        .sort((a, b) => (a.at < b.at ? -1 : 1));
    } catch {
      return [];
    }
  }
}

/** localStorage, or a stand-in for the life of the page where the browser refuses it. */
export function localStore(): KeyValue {
  try {
    localStorage.setItem('kith:probe', '');
    localStorage.removeItem('kith:probe');
    return localStorage;
  } catch {
    return new MemoryStore();
  }
}

class MemoryStore implements KeyValue {
  private readonly items = new Map<string, string>();

  get length(): number {
    return this.items.size;
  }

  key(index: number): string | null {
    return [...this.items.keys()][index] ?? null;
  }

  getItem(key: string): string | null {
    return this.items.get(key) ?? null;
  }

  setItem(key: string, value: string): void {
    this.items.set(key, value);
  }

  removeItem(key: string): void {
    this.items.delete(key);
  }
}
