import type { Entry, Member, Publication, UserId } from './types.ts';

/**
 * Members of one room and who of them is online. The list comes by pages, membership follows the
 * log, presence is a snapshot plus changes; changes that arrive while the snapshot is on its way
 * are put on top of it.
 */
export class Members {
  private members = new Map<UserId, Member>();
  private online = new Set<UserId>();
  private changesWaiting: Publication[] | undefined;
  /** Members in all, also those whose page is not loaded. */
  count = 0;
  onlineCount = 0;
  /** False while offline or before the first snapshot: then nobody is shown as either. */
  presenceKnown = false;
  loaded = false;
  next: string | undefined;

  setPage(members: readonly Member[], next: string | undefined, first: boolean): void {
    if (first) this.members.clear();
    for (const member of members) this.members.set(member.id, member);
    this.next = next;
    this.loaded = true;
    if (!next || this.count < this.members.size) this.count = this.members.size;
  }

  presenceAsked(): void {
    this.changesWaiting = [];
  }

  presenceFailed(): void {
    this.changesWaiting = undefined;
  }

  setPresence(count: number, users: readonly UserId[]): void {
    this.online = new Set(users);
    this.onlineCount = Math.max(count, this.online.size);
    this.presenceKnown = true;
    const waiting = this.changesWaiting ?? [];
    this.changesWaiting = undefined;
    for (const change of waiting) this.applyPresence(change);
  }

  applyPresence(signal: Publication): void {
    if (this.changesWaiting) {
      this.changesWaiting.push(signal);
      return;
    }
    for (const user of signal.online ?? []) this.online.add(user);
    for (const user of signal.offline ?? []) this.online.delete(user);
    if (signal.count !== undefined) this.onlineCount = signal.count;
  }

  /** Without a connection nothing is known about anybody. */
  withdrawPresence(): void {
    this.presenceKnown = false;
    this.changesWaiting = undefined;
    this.online.clear();
  }

  applyEntry(entry: Entry): boolean {
    if (entry.type === 'member.joined') {
      for (const user of entry.users ?? []) {
        if (typeof user === 'string') continue;
        this.members.set(user.id, { id: user.id, name: user.name, role: user.role ?? 'member' });
      }
    } else if (entry.type === 'member.left') {
      for (const user of entry.users ?? []) this.leave(typeof user === 'string' ? user : user.id);
    } else if (entry.type === 'member.updated' && entry.user && entry.role) {
      const member = this.members.get(entry.user);
      if (member) this.members.set(member.id, { ...member, role: entry.role });
    } else {
      return false;
    }
    if (entry.count !== undefined) this.count = entry.count;
    return true;
  }

  get(user: UserId): Member | undefined {
    return this.members.get(user);
  }

  isOnline(user: UserId): boolean {
    return this.presenceKnown && this.online.has(user);
  }

  /** Sorted by name as the reader's language sorts. */
  sorted(collator: Intl.Collator): { online: Member[]; others: Member[] } {
    const all = [...this.members.values()].sort((a, b) => collator.compare(a.name, b.name));
    return {
      online: all.filter((member) => this.isOnline(member.id)),
      others: all.filter((member) => !this.isOnline(member.id)),
    };
  }

  private leave(user: UserId): void {
    this.members.delete(user);
    if (this.online.delete(user)) this.onlineCount = Math.max(0, this.onlineCount - 1);
  }
}
