import type { Fault } from './fault.ts';
import type { Quote, RoomId } from './types.ts';

/** What is kept on disk of a message that is not confirmed yet. */
export interface OutboxItem {
  readonly nonce: string;
  readonly room: RoomId;
  readonly text: string;
  readonly reply?: Quote | undefined;
  readonly at: string;
}

export interface PendingMessage extends OutboxItem {
  readonly state: 'sending' | 'waiting' | 'failed' | 'refused';
  readonly reason: string;
}

export interface Sent {
  readonly seq: number;
  readonly offset: number;
}

export interface OutboxStore {
  put(item: OutboxItem): Promise<void>;
  remove(nonce: string): Promise<void>;
}

export interface OutboxPorts {
  readonly store: OutboxStore;
  /** Rejects with a Fault. */
  readonly send: (item: OutboxItem) => Promise<Sent>;
  readonly now: () => number;
  readonly later: (run: () => void, ms: number) => void;
  readonly changed: (room: RoomId) => void;
}

/** "Sending" is shown only when it takes long enough to wonder. */
export const sendingShownMs = 2_000;
/** From here on the row offers to try again or to discard. */
export const failedShownMs = 15_000;
export const retryFirstMs = 1_000;
export const retryMaxMs = 15_000;

interface Item {
  data: OutboxItem;
  inFlight: boolean;
  /** Set once the server has accepted it; the row stays until the log has reached this offset. */
  sent: Sent | undefined;
  refused: Fault | undefined;
  attempts: number;
  /** When the oldest attempt began that has had no answer, if one was made while connected. */
  tryingSince: number | undefined;
  notBefore: number;
}

/**
 * Own messages on their way. In each room they leave one after the other in the order in which
 * they were written: the next starts when the one before it has its answer, so a slow or repeated
 * request cannot be overtaken. A repeat carries the same nonce, so the server makes one message of
 * all attempts. A message leaves the outbox when its entry was seen or its answer came and the log
 * has caught up; it is never dropped by time.
 */
export class Outbox {
  private items: Item[] = [];
  private connected = false;
  private readonly ports: OutboxPorts;

  constructor(ports: OutboxPorts) {
    this.ports = ports;
  }

  /** Messages that an earlier page left behind, oldest first. */
  adopt(stored: readonly OutboxItem[]): void {
    const known = new Set(this.items.map((item) => item.data.nonce));
    const fresh = stored.filter((data) => !known.has(data.nonce));
    this.items = [...fresh.map(newItem), ...this.items].sort((a, b) => order(a.data, b.data));
    for (const room of new Set(fresh.map((data) => data.room))) this.ports.changed(room);
    this.pumpAll();
  }

  /** Resolves when the message is on disk; it is on its way before that. */
  add(data: OutboxItem): Promise<void> {
    this.items.push(newItem(data));
    const stored = this.ports.store.put(data);
    this.ports.changed(data.room);
    this.pump(data.room);
    return stored;
  }

  setConnected(connected: boolean): void {
    if (this.connected === connected) return;
    this.connected = connected;
    for (const item of this.items) {
      // A new connection is a new chance, and time without one is not the message's failure.
      item.notBefore = 0;
      item.attempts = 0;
      if (!item.inFlight) item.tryingSince = undefined;
    }
    this.pumpAll();
    for (const room of this.rooms()) this.ports.changed(room);
  }

  /** The user asks for another attempt; the order of the room still holds. */
  retry(nonce: string): void {
    const item = this.find(nonce);
    if (!item) return;
    item.refused = undefined;
    for (const other of this.items) {
      if (other.data.room !== item.data.room) continue;
      other.notBefore = 0;
      other.attempts = 0;
      if (!other.inFlight) other.tryingSince = undefined;
    }
    this.ports.changed(item.data.room);
    this.pump(item.data.room);
  }

  /** Gives back what was discarded, so that it can be written again. */
  discard(nonce: string): OutboxItem | undefined {
    const item = this.find(nonce);
    if (item) this.drop(item);
    return item?.data;
  }

  /** The log of a room was drawn up to this offset and holds these own nonces. */
  seen(room: RoomId, offset: number, nonces: ReadonlySet<string>): void {
    for (const item of [...this.items]) {
      if (item.data.room !== room) continue;
      const reached = item.sent !== undefined && item.sent.offset <= offset;
      if (reached || nonces.has(item.data.nonce)) this.drop(item);
    }
  }

  /** A room that is not loaded shows nothing, so an answer is enough. */
  forgetSent(room: RoomId): void {
    for (const item of [...this.items]) if (item.data.room === room && item.sent) this.drop(item);
  }

  pending(room: RoomId): PendingMessage[] {
    return this.items.filter((item) => item.data.room === room).map((item) => this.shown(item));
  }

  get size(): number {
    return this.items.length;
  }

  private shown(item: Item): PendingMessage {
    const age = item.tryingSince === undefined ? 0 : this.ports.now() - item.tryingSince;
    let state: PendingMessage['state'] = this.connected ? 'sending' : 'waiting';
    if (item.refused) state = 'refused';
    else if (item.sent) state = 'sending';
    else if (age >= failedShownMs) state = 'failed';
    else if (age >= sendingShownMs) state = 'waiting';
    return { ...item.data, state, reason: item.refused?.code ?? '' };
  }

  private pumpAll(): void {
    for (const room of this.rooms()) this.pump(room);
  }

  private rooms(): Set<RoomId> {
    return new Set(this.items.map((item) => item.data.room));
  }

  private pump(room: RoomId): void {
    if (!this.connected) return;
    const next = this.items.find((item) => item.data.room === room && !item.sent && !item.refused);
    if (!next || next.inFlight) return;
    const wait = next.notBefore - this.ports.now();
    if (wait > 0) {
      this.ports.later(() => this.pump(room), wait);
      return;
    }
    this.attempt(next);
  }

  private attempt(item: Item): void {
    item.inFlight = true;
    item.tryingSince ??= this.ports.now();
    item.attempts += 1;
    const room = item.data.room;
    for (const ms of [sendingShownMs, failedShownMs]) {
      this.ports.later(() => this.items.includes(item) && this.ports.changed(room), ms + 1);
    }
    this.ports.send(item.data).then(
      (sent) => {
        item.inFlight = false;
        item.sent = sent;
        void this.ports.store.remove(item.data.nonce);
        this.ports.changed(room);
        this.pump(room);
      },
      (fault: Fault) => {
        item.inFlight = false;
        if (fault.temporary) item.notBefore = this.ports.now() + waitFor(item, fault);
        else item.refused = fault;
        this.ports.changed(room);
        this.pump(room);
      },
    );
  }

  private drop(item: Item): void {
    this.items = this.items.filter((other) => other !== item);
    void this.ports.store.remove(item.data.nonce);
    this.ports.changed(item.data.room);
    this.pump(item.data.room);
  }

  private find(nonce: string): Item | undefined {
    return this.items.find((item) => item.data.nonce === nonce);
  }
}

function newItem(data: OutboxItem): Item {
  return {
    data,
    inFlight: false,
    sent: undefined,
    refused: undefined,
    attempts: 0,
    tryingSince: undefined,
    notBefore: 0,
  };
}

function order(a: OutboxItem, b: OutboxItem): number {
  return a.at < b.at ? -1 : a.at > b.at ? 1 : 0;
}

function waitFor(item: Item, fault: Fault): number {
  return fault.waitMs || Math.min(retryMaxMs, retryFirstMs * 2 ** (item.attempts - 1));
}

/** 128 random bits in base64url: the name of one message through all its attempts. */
export function newNonce(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');
}
