import { Changes } from '../model/changes.ts';
import type { Fault } from '../model/fault.ts';
import { LiveList } from '../model/live-list.ts';
import { Members } from '../model/members.ts';
import { isEntry, type Group, type GroupId, type Publication, type Room } from '../model/types.ts';
import { readMembers, readPresence, type MemberPorts } from './place-members.ts';
import type { Position } from './talk.ts';

const pageSize = 200;
const againMs = 2_000;

export type HomeStatus = 'loading' | 'inside' | 'outside' | 'failed' | 'not here' | 'removed';

export interface HomePorts extends MemberPorts {
  /** The group as its members or as others see it. */
  readonly group: (id: GroupId) => Promise<Group>;
}

/** One group that is or was on screen: its members, who of them is online, and its rooms. */
export class GroupHome {
  readonly id: GroupId;
  readonly members = new Members();
  readonly rooms: LiveList<Room>;
  readonly changes = new Changes();
  status: HomeStatus = 'loading';
  group: Group | undefined;
  /** Why it is gone: `left`, `kicked` or `deleted`, and what the owner said. */
  cause = '';
  reason = '';
  private readonly ports: HomePorts;

  constructor(id: GroupId, ports: HomePorts) {
    this.id = id;
    this.ports = ports;
    this.rooms = new LiveList<Room>({
      blank: { name: '', topic: '', members: 1, joined: false },
      page: async (cursor) => {
        const page = await ports.call<{ rooms: Room[]; next?: string }>('room.list', { group: id, limit: pageSize, cursor });
        return { items: page.rooms, next: page.next };
      },
      later: (run, ms) => setTimeout(run, ms),
      loaded: () => this.changes.tell(),
    });
  }

  /** Everything anew; what is on screen stays until then. */
  async open(): Promise<void> {
    try {
      const group = await this.ports.group(this.id);
      this.group = group;
      this.status = group.joined ? 'inside' : 'outside';
    } catch (error) {
      this.failed(error as Fault);
      return;
    } finally {
      this.changes.tell();
    }
    if (this.status !== 'inside') return;
    this.rooms.load();
    void this.loadMembers();
    void readPresence('group', this, this.ports);
  }

  /** The server follows this group for the page from `position` on. */
  resume(position: Position): void {
    if (!position.recovered || this.status !== 'inside') void this.open();
    else {
      this.rooms.resume();
      if (!this.members.loaded) void this.loadMembers();
      void readPresence('group', this, this.ports);
    }
  }

  lineLost(): void {
    this.rooms.pause();
    this.members.withdrawPresence();
    this.changes.tell();
  }

  removed(cause: string, reason: string): void {
    // The channel may end before the entry that says why.
    if (this.status === 'removed' && !cause) return;
    this.status = 'removed';
    this.cause = cause;
    this.reason = reason;
    this.members.loaded = false;
    this.lineLost();
  }

  take(publication: Publication): void {
    if (publication.type === 'presence') this.members.applyPresence(publication);
    else if (!isEntry(publication) || !(this.members.applyEntry(publication) || this.takeRoom(publication))) return;
    for (const user of publication.type === 'member.joined' ? (publication.users ?? []) : []) {
      if (typeof user !== 'string') this.ports.learnName(user.id, user.name);
    }
    this.changes.tell();
  }

  async loadMoreMembers(): Promise<void> {
    if (this.members.next) await this.loadMembers(this.members.next);
  }

  private takeRoom({ type, room, changes, archived, at }: Publication): boolean {
    if (!room) return false;
    if (type === 'room.created') this.rooms.add(room);
    else if (type === 'room.updated') this.rooms.update(room.id, changes ?? {});
    else if (type === 'room.archived') this.rooms.add({ ...room, archived_at: archived ? at : undefined });
    else if (type === 'room.deleted') this.rooms.remove(room.id);
    else return false;
    return true;
  }

  private failed(fault: Fault): void {
    if (this.status === 'removed' || this.status === 'inside') return;
    if (fault.code === 'not_found') this.status = 'not here';
    else if (fault.code !== 'unreachable') this.status = 'failed';
    // With a connection this was a slow answer; without one the next connection asks again.
    else setTimeout(() => this.status === 'loading' && void this.open(), againMs);
  }

  private loadMembers(cursor?: string): Promise<void> {
    return readMembers('group', this, this.ports, cursor, () => {
      this.members.count = Math.max(this.members.count, this.group?.members ?? 0);
    });
  }
}
