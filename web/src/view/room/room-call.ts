import { newNonce } from '../../model/outbox.ts';
import type { RoomId } from '../../model/types.ts';
import type { Session } from '../../link/session.ts';

/** What an owner does with a room; it shows by its entry. */
export function roomCall(session: Session, what: 'update' | 'archive' | 'unarchive' | 'delete' | 'kick', room: RoomId, data: object = {}): Promise<unknown> {
  return session.call(`room.${what}`, { room, ...data, nonce: newNonce() });
}
