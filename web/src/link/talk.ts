import { Changes } from '../model/changes.ts';
import type { Fault } from '../model/fault.ts';
import { Members } from '../model/members.ts';
import { Pace } from '../model/pace.ts';
import { TypingList, type Typist } from '../model/typing.ts';
import type { HistoryPage, Publication, Room, RoomId, UserId } from '../model/types.ts';
import { isEntry } from '../model/types.ts';
import { LogWindow, pageSize, type Side } from '../model/window.ts';
import { readMembers, readPresence, type MemberPorts } from './place-members.ts';

export interface TalkPorts extends MemberPorts {
  readonly me: UserId;
  readonly nonce: () => string;
  /** The log holds these own messages and has reached this offset. */
  readonly seen: (room: RoomId, offset: number, nonces: ReadonlySet<string>) => void;
}

export interface Position {
  readonly recovered: boolean;
  readonly offset: number;
  readonly epoch: string;
}

export type TalkStatus = 'loading' | 'ready' | 'failed' | 'not a member' | 'not here' | 'removed' | 'deleted';

/** What a room may have missed is loaded with as much on both sides of the place being read. */
const aroundPage = 100;
const againMs = 2_000;

/**
 * One room that is or was open: its log window, members and typing line, kept up to date by the
 * publications of its channel whether it is on screen or not. Views listen to `changes` for all
 * but the log, and to `drawn` for the log, which has its own pace.
 */
export class Talk {
  readonly log = new LogWindow();
  readonly members = new Members();
  readonly typing = new TypingList();
  readonly changes = new Changes();
  readonly drawn = new Changes();
  readonly arrived = new Set<(publication: Publication) => void>();
  status: TalkStatus = 'loading';
  room: Room | undefined;
  /** The message under the eye while the reader is further up; a reload goes back to it. */
  placeSeq = 0;

  readonly id: RoomId;
  private readonly ports: TalkPorts;
  private readonly pace: Pace;
  private loading = new Set<Side | 'all'>();
  private reloadAgain = false;

  constructor(id: RoomId, ports: TalkPorts) {
    this.id = id;
    this.ports = ports;
    this.pace = new Pace({
      now: () => performance.now(),
      later: (run, ms) => setTimeout(run, ms),
      draw: (waiting) => {
        this.log.foldAway(waiting);
        this.drawn.tell();
      },
    });
  }

  /** Loads what is missing; the members never hold up the log. */
  open(): void {
    if (this.gone || this.status === 'not a member') this.status = 'loading';
    if (!this.log.loaded) void this.loadNewest();
    if (!this.members.loaded) void this.loadMembers();
    if (!this.members.presenceKnown) void readPresence('room', this, this.ports);
    if (!this.room) void this.loadRoom();
  }

  /**
   * The server follows this room from `position` on. Only when entries before it are missing here
   * is anything loaded again: a quiet room that was "not recovered" has lost nothing.
   */
  resume(position: Position): void {
    const { log } = this;
    const whole = position.recovered || (position.epoch === log.epoch && position.offset <= log.offset);
    if (!log.loaded) void this.loadNewest();
    else if (!whole) void this.reload();
    if (!whole) this.members.loaded = false;
    if (!this.members.loaded) void this.loadMembers();
    void readPresence('room', this, this.ports);
  }

  lineLost(): void {
    this.typing.clear();
    this.members.withdrawPresence();
    this.changes.tell();
  }

  /** Nothing more comes of it, unless the person joins it again. */
  get gone(): boolean {
    return this.status === 'removed' || this.status === 'deleted';
  }

  removed(how: 'removed' | 'deleted'): void {
    this.status = how;
    this.log.loaded = false;
    this.members.loaded = false;
    this.lineLost();
    this.logChanged();
  }

  take(publication: Publication): void {
    if (isEntry(publication)) {
      this.takeEntry(publication);
      return;
    }
    if (publication.type === 'presence') this.members.applyPresence(publication);
    else if (publication.type === 'typing') this.takeTyping(publication);
    else if (publication.type === 'typing.stopped') {
      for (const user of publication.users ?? []) {
        this.typing.remove(typeof user === 'string' ? user : user.id);
      }
    } else return;
    this.changes.tell();
  }

  /** Around the place being read if there is one, else the newest. */
  async reload(): Promise<void> {
    if (this.loading.has('all')) {
      this.reloadAgain = true;
      return;
    }
    const further = this.log.reader === 'further up' && this.placeSeq > 0;
    await this.load(further ? { around: this.placeSeq, limit: aroundPage } : { limit: pageSize });
  }

  async loadNewest(): Promise<void> {
    this.log.reader = 'at the end';
    await this.load({ limit: pageSize });
  }

  async loadAround(seq: number): Promise<boolean> {
    await this.load({ around: seq, limit: aroundPage });
    return this.log.find(seq) !== undefined;
  }

  /** The next page at one side. `ready` is waited for before anything is put into the log. */
  async loadMore(side: Side, ready: () => Promise<void>): Promise<void> {
    const { log } = this;
    const edge = side === 'before' ? log.messages[0] : log.messages.at(-1);
    const more = side === 'before' ? log.moreBefore : !log.attached;
    if (!edge || !more || this.loading.size > 0) return;
    this.loading.add(side);
    log.pageAsked();
    try {
      const page = await this.history({ [side]: edge.seq, limit: pageSize });
      await ready();
      log.extendWith(page, side, edge.seq);
    } catch {
      // The next scroll or the next connection asks again.
      log.pageFailed();
      return;
    } finally {
      this.loading.delete(side);
    }
    this.logChanged();
  }

  edit(seq: number, text: string, nonce: string): Promise<void> {
    return this.ports.call('chat.edit', { room: this.id, seq, text, nonce });
  }

  remove(seq: number, nonce: string): Promise<void> {
    return this.ports.call('chat.delete', { room: this.id, seq, nonce });
  }

  tellTyping(on: boolean): void {
    this.ports.call('chat.typing', { room: this.id, on }).catch(() => {
      // A typing line is worth no second attempt.
    });
  }

  /** Draws again because something beside the log changed: an own message on its way. */
  redraw(): void {
    this.pace.changed();
  }

  async loadMoreMembers(): Promise<void> {
    if (this.members.next) await this.loadMembers(this.members.next);
  }

  private async load(what: object): Promise<void> {
    if (this.loading.has('all')) return;
    this.loading.add('all');
    this.reloadAgain = false;
    this.log.pageAsked();
    try {
      this.log.replaceWith(await this.history(what));
      this.status = 'ready';
    } catch (error) {
      this.log.pageFailed();
      this.loadFailed(error as Fault);
      return;
    } finally {
      this.loading.delete('all');
      this.changes.tell();
    }
    this.logChanged();
    if (this.reloadAgain) void this.reload();
  }

  private loadFailed(fault: Fault): void {
    if (this.log.loaded || this.gone) return;
    if (fault.code === 'not_member') this.status = 'not a member';
    else if (fault.code === 'not_found' || fault.code === 'permission_denied') this.status = 'not here';
    else if (fault.code !== 'unreachable') this.status = 'failed';
    // With a connection this was a slow answer; without one `resume` asks again.
    else setTimeout(() => this.status === 'loading' && this.open(), againMs);
  }

  private async history(what: object): Promise<HistoryPage> {
    const page = await this.ports.call<HistoryPage>('chat.history', { room: this.id, ...what });
    for (const [user, { name }] of Object.entries(page.users ?? {})) this.ports.learnName(user, name);
    return page;
  }

  private async loadRoom(): Promise<void> {
    try {
      const answer = await this.ports.call<Room & { room?: Room }>('room.get', { room: this.id });
      this.room = answer.room ?? answer;
      if (!this.room.joined && !this.log.loaded) this.status = 'not a member';
      this.changes.tell();
    } catch {
      // Loading the log says what is the matter.
    }
  }

  private loadMembers(cursor?: string): Promise<void> {
    return readMembers('room', this, this.ports, cursor);
  }

  private takeEntry(entry: Publication & { offset: number }): void {
    const { message } = entry;
    const name = message?.author_name ?? entry.author_name;
    if (message && name) this.ports.learnName(message.author, name);
    if (entry.type === 'member.joined') {
      for (const user of entry.users ?? []) {
        if (typeof user !== 'string') this.ports.learnName(user.id, user.name);
      }
    }
    const fresh = this.log.apply(entry);
    if (this.members.applyEntry(entry)) this.changes.tell();
    if (entry.type === 'message.created' && message) {
      this.typing.remove(message.author);
      this.changes.tell();
    }
    if (!fresh) return;
    if (this.log.gap) void this.reload();
    for (const listener of this.arrived) listener(entry);
    this.logChanged();
  }

  private takeTyping(signal: Publication): void {
    const typists: Typist[] = [];
    for (const user of signal.users ?? []) if (typeof user !== 'string') typists.push(user);
    this.typing.set(typists, signal.more ?? 0, signal.ttl_ms ?? 5_000, Date.now());
  }

  private logChanged(): void {
    const nonces = new Set<string>();
    for (const message of this.log.messages.slice(-aroundPage)) {
      if (message.nonce && message.author === this.ports.me) nonces.add(message.nonce);
    }
    this.pace.changed();
    this.ports.seen(this.id, this.log.offset, nonces);
  }
}
