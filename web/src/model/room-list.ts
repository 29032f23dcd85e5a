import type { Fault } from './fault.ts';
import type { Room, RoomId } from './types.ts';

const firstWaitMs = 500;
const longestWaitMs = 30_000;

export interface RoomPage {
  readonly rooms: readonly Room[];
  readonly next?: string | undefined;
}

export interface RoomListPorts {
  /** Rejects with a Fault. */
  readonly page: (cursor: string | undefined) => Promise<RoomPage>;
  readonly later: (run: () => void, ms: number) => void;
  readonly loaded: () => void;
}

type Change = (rooms: Map<RoomId, Room>) => void;

/**
 * The rooms a person is in: pages, and the changes that arrive live. A page may be older than a
 * change that came while the pages were read, so those changes are made once more on top of them;
 * one that a page knew already comes to the same, and whatever came after it arrives as well.
 */
export class RoomList {
  /** A whole list was read at least once, so a room that is not in it is not joined. */
  loaded = false;
  private rooms = new Map<RoomId, Room>();
  private meanwhile: Change[] | undefined;
  private run = 0;
  private readonly ports: RoomListPorts;

  constructor(ports: RoomListPorts) {
    this.ports = ports;
  }

  get(id: RoomId): Room | undefined {
    return this.rooms.get(id);
  }

  all(): Room[] {
    return [...this.rooms.values()];
  }

  /** What an event does not say is as the list knows it. */
  add(room: Partial<Room> & { id: RoomId }): void {
    this.change((rooms) =>
      rooms.set(room.id, { name: '', topic: '', members: 0, ...rooms.get(room.id), ...room, joined: true }),
    );
  }

  /** Nothing happens to a room that is not in the list. */
  update(id: RoomId, changes: Partial<Room>): void {
    this.change((rooms) => {
      const room = rooms.get(id);
      if (room) rooms.set(id, { ...room, ...changes });
    });
  }

  remove(id: RoomId): void {
    this.change((rooms) => rooms.delete(id));
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

  private change(change: Change): void {
    change(this.rooms);
    this.meanwhile?.push(change);
  }

  private async read(run: number): Promise<void> {
    let read = new Map<RoomId, Room>();
    let cursor: string | undefined;
    let waitMs = firstWaitMs;
    for (;;) {
      try {
        const page = await this.ports.page(cursor);
        if (run !== this.run) return;
        for (const room of page.rooms) read.set(room.id, room);
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

  private finish(read: Map<RoomId, Room>): void {
    for (const change of this.meanwhile ?? []) change(read);
    this.meanwhile = undefined;
    this.rooms = read;
    this.loaded = true;
    this.ports.loaded();
  }
}
