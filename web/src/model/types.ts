// What the server sends, as the page understands it. Times are RFC 3339 strings, ids are opaque.

export type RoomId = string;
export type UserId = string;
export type GroupId = string;

export interface Me {
  readonly id: UserId;
  readonly handle: string;
  readonly name: string;
  readonly role: string;
}

export interface Limits {
  /** The longest message in Unicode code points. */
  readonly text: number;
}

export interface Room {
  readonly id: RoomId;
  readonly name: string;
  readonly topic: string;
  readonly members: number;
  readonly joined: boolean;
  readonly role?: string | undefined;
  readonly last_message_at?: string | undefined;
  /** The main room of a group has the group's id. */
  readonly group?: GroupId | undefined;
  readonly capacity?: number | undefined;
  readonly archived_at?: string | undefined;
}

export interface Group {
  readonly id: GroupId;
  readonly name: string;
  readonly description: string;
  readonly join_mode: 'open' | 'approval';
  /** 0: as many as want to. */
  readonly capacity: number;
  readonly members: number;
  readonly joined: boolean;
  readonly role?: string | undefined;
  readonly default_rooms?: readonly RoomId[] | undefined;
  /** The own request that waits, if there is one. */
  readonly request?: string | undefined;
}

/** Somebody asks to be let into a group. */
export interface JoinRequest {
  readonly id: string;
  readonly user: UserId;
  readonly name: string;
  readonly created_at: string;
}

/** What a reply shows of the message it answers; a deleted one has no text. */
export interface Quote {
  readonly seq: number;
  readonly author: UserId;
  readonly text?: string | undefined;
  readonly deleted?: boolean | undefined;
}

export interface Message {
  readonly seq: number;
  readonly author: UserId;
  readonly text: string;
  readonly at: string;
  readonly reply?: Quote | undefined;
  readonly edited: boolean;
  readonly deleted: boolean;
  readonly deletedBy?: UserId | undefined;
  readonly nonce?: string | undefined;
}

export interface Member {
  readonly id: UserId;
  readonly name: string;
  readonly role: string;
}

/** A message as it stands on the wire, in a page of history and in `message.created`. */
export interface WireMessage {
  seq: number;
  author: UserId;
  author_name?: string;
  text?: string;
  at?: string;
  reply_to?: number;
  reply?: { seq: number; author?: UserId; text?: string; deleted?: boolean };
  edited_at?: string;
  edit_count?: number;
  deleted?: boolean;
  deleted_by?: UserId;
  nonce?: string;
}

/** One publication of a room's channel: a log entry if it has an offset, else a signal. */
export interface Publication {
  type: string;
  offset?: number;
  at?: string;
  actor?: UserId;
  author_name?: string;
  message?: WireMessage;
  seq?: number;
  seqs?: number[];
  text?: string;
  deleted?: boolean;
  users?: ReadonlyArray<UserId | { id: UserId; name: string; role?: string }>;
  count?: number;
  cause?: string;
  changes?: Partial<Room & Group>;
  user?: UserId;
  role?: string;
  more?: number;
  ttl_ms?: number;
  online?: UserId[];
  offline?: UserId[];
  room?: Partial<Room> & { id: RoomId };
  archived?: boolean;
  group?: Partial<Group> & { id: GroupId };
  request?: { id: string; group: GroupId; user: UserId; name?: string };
  reason?: string;
}

export type Entry = Publication & { offset: number };

export interface HistoryPage {
  messages: WireMessage[];
  epoch: string;
  offset: number;
  has_more_before: boolean;
  has_more_after: boolean;
  users?: Record<UserId, { name: string }>;
}

export function isEntry(publication: Publication): publication is Entry {
  return publication.offset !== undefined;
}

export function messageFrom(wire: WireMessage, at: string): Message {
  const deleted = wire.deleted === true;
  return {
    seq: wire.seq,
    author: wire.author,
    text: deleted ? '' : (wire.text ?? ''),
    at: wire.at ?? at,
    reply: quoteFrom(wire),
    edited: wire.edited_at !== undefined || (wire.edit_count ?? 0) > 0,
    deleted,
    deletedBy: wire.deleted_by,
    nonce: wire.nonce,
  };
}

function quoteFrom(wire: WireMessage): Quote | undefined {
  const seq = wire.reply?.seq ?? wire.reply_to;
  if (seq === undefined) return undefined;
  return {
    seq,
    author: wire.reply?.author ?? '',
    text: wire.reply?.deleted ? undefined : wire.reply?.text,
    deleted: wire.reply?.deleted,
  };
}
