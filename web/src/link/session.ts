import { Changes } from '../model/changes.ts';
import { Drafts } from '../model/drafts.ts';
import { newNonce, Outbox, type OutboxItem, type Sent } from '../model/outbox.ts';
import { LiveList } from '../model/live-list.ts';
import { isEntry, type Limits, type Me, type Publication, type GroupId, type Room, type RoomId, type UserId } from '../model/types.ts';
import type { Groups } from './groups.ts';
import { Realtime, type Hello, type Subscribed } from './realtime.ts';
import { whoAmI, type Account } from './rest.ts';
import { localStore, StoredOutbox } from './storage.ts';
import { Talk } from './talk.ts';

/** Rooms that were on screen are kept up to date, but not endlessly many of them. */
const talksMax = 8;
const defaultTextMax = 4_000;
const roomsPage = 200;

export type Line = 'connecting' | 'connected' | 'lost';

export interface SessionPorts {
  /** The session is over on this page; 'signed out' leads to the sign-in, a code is shown. */
  readonly ended: (why: 'signed out' | number) => void;
}

/** One signed-in person on this page: the connection and everything that lives on it. */
export class Session {
  readonly me: Me;
  readonly drafts: Drafts;
  readonly outbox: Outbox;
  /** Connection, joined rooms and names. A room has changes of its own. */
  readonly changes = new Changes();
  limits: Limits;
  line: Line = 'connecting';
  lineSince = Date.now();

  private readonly storage = localStore();
  private readonly ports: SessionPorts;
  private readonly realtime: Realtime;
  private readonly talks = new Map<RoomId, Talk>();
  private readonly joined: LiveList<Room>;
  private readonly names = new Map<UserId, string>();
  private serverVersion = '';
  updateReady = false;
  /** Their code comes after the first room; until then nothing about them is shown. */
  groups: Groups | undefined;

  constructor(account: Account, ports: SessionPorts) {
    this.ports = ports;
    this.me = account.user;
    this.limits = { text: account.limits?.text ?? defaultTextMax };
    this.names.set(this.me.id, this.me.name);
    this.drafts = new Drafts(this.storage, this.me.id);
    this.joined = new LiveList<Room>({
      blank: { name: '', topic: '', members: 0, joined: true },
      page: async (cursor) => {
        const page = await this.call<{ rooms: Room[]; next?: string }>('room.list', { joined: true, limit: roomsPage, cursor });
        return { items: page.rooms, next: page.next };
      },
      later: (run, ms) => setTimeout(run, ms),
      loaded: () => this.roomsRead(),
    });
    const store = new StoredOutbox(this.me.id);
    this.outbox = new Outbox({
      store,
      send: (item) => this.send(item),
      now: () => Date.now(),
      later: (run, ms) => setTimeout(run, ms),
      changed: (room) => this.outboxChanged(room),
    });
    void this.adoptUnsent(store);
    this.realtime = new Realtime({
      token: account.connection_token,
      freshToken: () => this.freshToken(),
      connected: (hello) => this.connected(hello),
      connecting: () => this.lineLost(),
      ended: (code) => this.ports.ended(code === 1 ? 'signed out' : code),
      subscribed: (subscription) => this.subscribed(subscription),
      unsubscribed: (channel) => this.unsubscribed(channel),
      publication: (channel, publication) => this.take(channel, publication),
    });
    this.realtime.connect();
  }

  close(): void {
    this.outbox.setConnected(false);
    this.joined.pause();
    this.groups?.lineLost();
    this.realtime.close();
  }

  call<Answer>(method: string, data: object): Promise<Answer> {
    return this.realtime.call<Answer>(method, data);
  }

  lastRoom(): RoomId | undefined {
    return this.storage.getItem(`kith:last-room:${this.me.id}`) ?? undefined;
  }

  rememberRoom(id: RoomId): void {
    this.storage.setItem(`kith:last-room:${this.me.id}`, id);
  }

  get roomsLoaded(): boolean {
    return this.joined.loaded;
  }

  /** Joined rooms by name. */
  rooms(collator: Intl.Collator): Room[] {
    return this.joined.all().sort((a, b) => collator.compare(a.name, b.name));
  }

  room(id: RoomId): Room | undefined {
    return this.joined.get(id);
  }

  nameOf(user: UserId): string {
    return this.names.get(user) ?? user;
  }

  talk(id: RoomId): Talk {
    const known = this.talks.get(id);
    // The map's order is the order of use.
    if (known) this.talks.delete(id);
    const talk = known ?? this.newTalk(id);
    this.talks.set(id, talk);
    const [oldest] = this.talks.keys();
    if (this.talks.size > talksMax && oldest) this.talks.delete(oldest);
    return talk;
  }

  async createRoom(name: string, topic: string, group: GroupId | undefined, nonce: string): Promise<Room> {
    const answer = await this.call<{ room: Room }>('room.create', { name, topic: topic || undefined, group, nonce });
    const room = { ...answer.room, joined: true, role: answer.room.role ?? 'owner' };
    this.addRoom(room);
    return room;
  }

  async joinRoom(room: Room): Promise<void> {
    const answer = await this.call<{ role: string; room?: Room }>('room.join', {
      room: room.id,
      nonce: newNonce(),
    });
    this.addRoom({ ...room, ...answer.room, joined: true, role: answer.role });
  }

  async leaveRoom(id: RoomId): Promise<void> {
    await this.call('room.leave', { room: id, nonce: newNonce() });
    this.removeRoom(id);
  }

  private newTalk(id: RoomId): Talk {
    return new Talk(id, {
      me: this.me.id,
      call: (method, data) => this.call(method, data),
      nonce: newNonce,
      learnName: (user, name) => this.learnName(user, name),
      seen: (room, offset, nonces) => this.outbox.seen(room, offset, nonces),
    });
  }

  learnName(user: UserId, name: string): void {
    if (this.names.get(user) === name) return;
    this.names.set(user, name);
    this.changes.tell();
  }

  private send(item: OutboxItem): Promise<Sent> {
    return this.call<Sent>('chat.send', {
      room: item.room,
      text: item.text,
      nonce: item.nonce,
      ...(item.reply ? { reply_to: item.reply.seq } : {}),
    });
  }

  private outboxChanged(room: RoomId): void {
    const talk = this.talks.get(room);
    if (talk) talk.redraw();
    else this.outbox.forgetSent(room);
  }

  private async adoptUnsent(store: StoredOutbox): Promise<void> {
    this.outbox.adopt(await store.orphans());
    for (const item of this.drafts.leaving()) {
      this.outbox.adopt([item]);
      await store.put(item);
      this.drafts.handedOver(item);
    }
  }

  private async freshToken(): Promise<string | undefined> {
    const answer = await whoAmI();
    if (!('account' in answer)) return undefined;
    // Somebody else signed in on another tab: this page belongs to a person who is gone.
    return answer.account.user.id === this.me.id ? answer.account.connection_token : undefined;
  }

  private connected(hello: Hello): void {
    if (hello.limits) this.limits = hello.limits;
    if (this.serverVersion && hello.server && hello.server !== this.serverVersion) this.updateReady = true;
    if (hello.server) this.serverVersion = hello.server;
    this.setLine('connected');
    this.outbox.setConnected(true);
    this.joined.resume();
    this.groups?.connected();
    // Rooms that the server follows for this page are resumed one by one as it says so.
    for (const talk of this.talks.values()) if (!talk.log.loaded) talk.open();
  }

  private lineLost(): void {
    if (this.line === 'connected') this.setLine('lost');
    this.outbox.setConnected(false);
    this.joined.pause();
    this.groups?.lineLost();
    for (const talk of this.talks.values()) talk.lineLost();
  }

  private setLine(line: Line): void {
    this.line = line;
    this.lineSince = Date.now();
    this.changes.tell();
  }

  private subscribed(subscription: Subscribed): void {
    const id = roomOf(subscription.channel);
    if (id) this.talks.get(id)?.resume(subscription);
    else this.groups?.subscribed(subscription);
    if (subscription.channel.startsWith('user:') && !subscription.recovered) this.joined.load();
  }

  private unsubscribed(channel: string): void {
    const id = roomOf(channel);
    if (id) this.removeRoom(id);
    else this.groups?.unsubscribed(channel);
  }

  private take(channel: string, publication: Publication): void {
    const id = roomOf(channel);
    if (!id) {
      this.groups?.take(channel, publication);
      if (channel.startsWith('user:')) this.takePersonal(publication);
      return;
    }
    if (publication.type === 'room.updated') this.roomUpdated(id, publication.changes);
    if (publication.type === 'room.archived') {
      this.roomUpdated(id, { archived_at: publication.archived ? publication.at : undefined });
    }
    if (isEntry(publication)) this.noticeOwn(id, publication);
    this.talks.get(id)?.take(publication);
    if (publication.type === 'room.deleted') this.removeRoom(id, 'deleted');
  }

  /** An own message in a room that is not loaded is confirmed by its entry alone. */
  private noticeOwn(id: RoomId, entry: Publication & { offset: number }): void {
    const message = entry.message;
    if (this.talks.has(id) || message?.author !== this.me.id || !message.nonce) return;
    this.outbox.seen(id, entry.offset, new Set([message.nonce]));
  }

  private takePersonal(publication: Publication): void {
    const room = publication.room;
    if (!room) return;
    if (publication.type === 'room.removed') this.removeRoom(room.id);
    if (publication.type === 'room.added') this.addRoom({ ...room, joined: true });
  }

  private roomUpdated(id: RoomId, changes: Partial<Room> | undefined): void {
    this.joined.update(id, changes ?? {});
    this.roomChanged(id);
  }

  private addRoom(room: Partial<Room> & { id: RoomId }): void {
    this.joined.add(room);
    this.roomChanged(room.id);
  }

  private roomChanged(id: RoomId): void {
    const room = this.joined.get(id);
    const talk = this.talks.get(id);
    if (talk && room) {
      talk.room = room;
      if (!talk.log.loaded) talk.open();
      talk.changes.tell();
    }
    this.changes.tell();
  }

  private removeRoom(id: RoomId, how: 'removed' | 'deleted' = 'removed'): void {
    const talk = this.talks.get(id);
    if (talk && !talk.gone) talk.removed(how);
    this.joined.remove(id);
    this.changes.tell();
  }

  private roomsRead(): void {
    for (const [id, talk] of this.talks) {
      const room = this.joined.get(id);
      if (room) talk.room = room;
      talk.changes.tell();
    }
    this.changes.tell();
  }
}

function roomOf(channel: string): RoomId | undefined {
  return channel.startsWith('room:') ? channel.slice('room:'.length) : undefined;
}
