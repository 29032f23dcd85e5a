import { Asked } from '../model/asked.ts';
import { LiveList } from '../model/live-list.ts';
import { newNonce } from '../model/outbox.ts';
import type { Group, GroupId, JoinRequest, Publication, UserId } from '../model/types.ts';
import { GroupHome } from './group-home.ts';
import type { Subscribed } from './realtime.ts';
import type { Session } from './session.ts';

const pageSize = 200;
/** Groups that were on screen are kept up to date, but not endlessly many of them. */
const homesMax = 4;

/** What a founder or an owner decides about a group. */
export type GroupPlan = Partial<Pick<Group, 'name' | 'description' | 'join_mode' | 'capacity' | 'default_rooms'>>;

/** What is worth a word wherever the person is at that moment. */
export type GroupNews =
  | { readonly what: 'in' | 'out' | 'ended'; readonly group: string }
  | { readonly what: 'declined'; readonly id: GroupId; readonly reason: string }
  | { readonly what: 'asks'; readonly group: string; readonly person: string };

/**
 * The groups of one signed-in person: those he is in, who waits at the door of those he owns, and
 * what he asked of others. The session hands on what arrives; changes are told as the session's.
 */
export class Groups {
  readonly asked = new Asked();
  heard: ((news: GroupNews) => void) | undefined;
  private readonly session: Session;
  private readonly joined: LiveList<Group>;
  private readonly doors = new Map<GroupId, LiveList<JoinRequest>>();
  private readonly homes = new Map<GroupId, GroupHome>();

  constructor(session: Session) {
    this.session = session;
    this.joined = new LiveList<Group>({
      blank: { name: '', description: '', join_mode: 'open', capacity: 0, members: 1, joined: true },
      page: async (cursor) => {
        const page = await this.list(cursor, '', true);
        return { items: page.groups, next: page.next };
      },
      later: (run, ms) => setTimeout(run, ms),
      loaded: () => this.read(),
    });
    if (session.line === 'connected') this.connected();
  }

  get loaded(): boolean {
    return this.joined.loaded;
  }

  get(id: GroupId): Group | undefined {
    return this.joined.get(id);
  }

  all(collator: Intl.Collator): Group[] {
    return this.joined.all().sort((a, b) => collator.compare(a.name, b.name));
  }

  /** Who asks to be let in, the oldest first; undefined where it is not his to decide. */
  requests(id: GroupId): JoinRequest[] | undefined {
    const door = this.doors.get(id);
    return door?.loaded ? door.all() : undefined;
  }

  home(id: GroupId): GroupHome {
    const known = this.homes.get(id);
    // The map's order is the order of use.
    if (known) this.homes.delete(id);
    const home =
      known ??
      new GroupHome(id, {
        call: (method, data) => this.session.call(method, data),
        learnName: (user, name) => this.session.learnName(user, name),
        group: (group) => this.fetch(group),
      });
    this.homes.set(id, home);
    const [oldest] = this.homes.keys();
    if (this.homes.size > homesMax && oldest) this.homes.delete(oldest);
    return home;
  }

  /** One page of the groups that can be seen. */
  async list(cursor: string | undefined, query: string, joined?: boolean): Promise<{ groups: Group[]; next?: string }> {
    const { version } = this.asked;
    const page = await this.session.call<{ groups: Group[]; next?: string }>('group.list', {
      joined,
      query: query || undefined,
      cursor,
      limit: pageSize,
    });
    this.asked.learn(page.groups, version);
    return page;
  }

  async found(plan: GroupPlan, nonce: string): Promise<Group> {
    const { group } = await this.session.call<{ group: Group }>('group.create', { ...plan, nonce });
    this.enter(group);
    return group;
  }

  /** In at once, or asked: the group's own way decides. */
  async join(id: GroupId): Promise<void> {
    const answer = await this.session.call<{ group?: Group; request?: { id: string } }>('group.join', { group: id, nonce: newNonce() });
    if (answer.group) this.enter(answer.group);
    if (answer.request) this.asked.pending(id, answer.request.id);
    this.tell(id);
  }

  async withdraw(id: GroupId): Promise<void> {
    await this.session.call('group.cancel', { group: id, request: this.asked.get(id), nonce: newNonce() });
    this.asked.ended(id);
    this.tell(id);
  }

  async leave(id: GroupId): Promise<void> {
    await this.session.call('group.leave', { group: id, nonce: newNonce() });
    this.gone(id, 'left', '');
  }

  async update(id: GroupId, plan: GroupPlan): Promise<void> {
    const { name } = plan;
    await this.session.call('group.update', { group: id, ...plan, nonce: newNonce() });
    // The main room is called as its group.
    if (name !== undefined) await this.session.call('room.update', { room: id, name, nonce: newNonce() });
  }

  async end(id: GroupId): Promise<void> {
    await this.session.call('group.delete', { group: id, nonce: newNonce() });
  }

  async kick(id: GroupId, user: UserId, reason: string): Promise<void> {
    await this.session.call('group.kick', { group: id, user, reason: reason || undefined, nonce: newNonce() });
  }

  async approve(id: GroupId, request: string): Promise<void> {
    await this.session.call('group.approve', { group: id, request, nonce: newNonce() });
  }

  async decline(id: GroupId, request: string, reason: string): Promise<void> {
    await this.session.call('group.reject', { group: id, request, reason: reason || undefined, nonce: newNonce() });
  }

  connected(): void {
    this.joined.resume();
    for (const home of this.homes.values()) if (home.status !== 'inside') void home.open();
  }

  lineLost(): void {
    this.joined.pause();
    for (const door of this.doors.values()) door.pause();
    for (const home of this.homes.values()) home.lineLost();
  }

  subscribed(subscription: Subscribed): void {
    const { channel, recovered } = subscription;
    const staff = idIn(channel, 'staff:group:');
    if (staff) this.follow(staff, !recovered);
    const group = idIn(channel, 'group:');
    if (group) this.homes.get(group)?.resume(subscription);
    if (channel.startsWith('user:') && !recovered) this.joined.load();
  }

  unsubscribed(channel: string): void {
    const group = idIn(channel, 'group:');
    if (group) this.gone(group, '', '');
  }

  take(channel: string, publication: Publication): void {
    const staff = idIn(channel, 'staff:group:');
    const group = idIn(channel, 'group:');
    if (staff) this.takeAtDoor(staff, publication);
    else if (group) this.takeInGroup(group, publication);
    else this.takePersonal(publication);
  }

  private takeAtDoor(id: GroupId, { type, request, at }: Publication): void {
    const door = this.doors.get(id);
    if (!door || !request) return;
    if (type === 'join.requested') {
      door.add({ id: request.id, user: request.user, name: request.name ?? '', created_at: at ?? '' });
      this.heard?.({ what: 'asks', group: this.joined.get(id)?.name ?? '', person: request.name ?? '' });
    } else door.remove(request.id);
    this.tell(id);
  }

  private takeInGroup(id: GroupId, publication: Publication): void {
    const { type, changes, count } = publication;
    const home = this.homes.get(id);
    if (type === 'group.updated') this.joined.update(id, changes ?? {});
    else if (type === 'group.deleted') this.gone(id, 'deleted', '');
    else if (count !== undefined && type.startsWith('member.')) this.joined.update(id, { members: count });
    home?.take(publication);
    if (type !== 'presence' && type !== 'typing') this.tell(id);
  }

  private takePersonal({ type, group, request, cause, reason }: Publication): void {
    if (type === 'group.added' && group) {
      this.enter(group);
      this.heard?.({ what: 'in', group: group.name ?? '' });
    } else if (type === 'group.removed' && group) {
      const name = group.name ?? this.joined.get(group.id)?.name ?? this.homes.get(group.id)?.group?.name ?? '';
      this.gone(group.id, cause ?? '', reason ?? '');
      if (cause !== 'left') this.heard?.({ what: cause === 'deleted' ? 'ended' : 'out', group: name });
    } else if (request && type === 'join.pending') this.asked.pending(request.group, request.id);
    else if (request && type === 'join.rejected') {
      this.asked.decline(request.group, reason ?? '');
      this.heard?.({ what: 'declined', id: request.group, reason: reason ?? '' });
    } else if (request && type.startsWith('join.')) this.asked.ended(request.group);
    else return;
    const id = group?.id ?? request?.group;
    if (id) this.tell(id);
  }

  private async fetch(id: GroupId): Promise<Group> {
    const { version } = this.asked;
    const { group } = await this.session.call<{ group: Group }>('group.get', { group: id });
    this.asked.learn([group], version);
    if (group.joined) this.joined.update(id, group);
    return group;
  }

  private enter(group: Partial<Group> & { id: GroupId }): void {
    this.joined.add({ ...group, joined: true });
    this.asked.ended(group.id);
    if (group.role === 'owner') this.follow(group.id, false);
    const home = this.homes.get(group.id);
    if (home && home.status !== 'inside') void home.open();
    this.tell(group.id);
  }

  private gone(id: GroupId, cause: string, reason: string): void {
    this.joined.remove(id);
    this.doors.delete(id);
    this.homes.get(id)?.removed(cause, reason);
    this.tell(id);
  }

  /** A whole list was read. */
  private read(): void {
    for (const group of this.joined.all()) if (group.role === 'owner') this.follow(group.id, false);
    for (const id of this.homes.keys()) this.tell(id);
    this.session.changes.tell();
  }

  private follow(id: GroupId, anew: boolean): void {
    let door = this.doors.get(id);
    if (!door) {
      door = new LiveList<JoinRequest>({
        blank: { user: '', name: '', created_at: '' },
        page: async (cursor) => {
          const page = await this.session.call<{ requests: JoinRequest[]; next?: string }>('group.requests', { group: id, limit: pageSize, cursor });
          return { items: page.requests, next: page.next };
        },
        later: (run, ms) => setTimeout(run, ms),
        loaded: () => this.tell(id),
      });
      this.doors.set(id, door);
      door.load();
    } else if (anew) {
      door.load();
    } else {
      door.resume();
    }
  }

  private tell(id: GroupId): void {
    const home = this.homes.get(id);
    const group = this.joined.get(id);
    if (home && group) home.group = { ...home.group, ...group };
    home?.changes.tell();
    this.session.changes.tell();
  }
}

function idIn(channel: string, prefix: string): GroupId | undefined {
  return channel.startsWith(prefix) ? channel.slice(prefix.length) : undefined;
}

/** Those of a session; whoever needs them first makes them. */
export function groupsOf(session: Session): Groups {
  session.groups ??= new Groups(session);
  return session.groups;
}
