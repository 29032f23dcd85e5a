import { onCleanup } from 'solid-js';
import { Announcer } from '../../model/announcer.ts';
import type { Publication } from '../../model/types.ts';
import type { Session } from '../../link/session.ts';
import type { Talk } from '../../link/talk.ts';
import { announce, text } from '../state.ts';

/** Says what others write while the room is open; only what is new, never what is loaded. */
export function createAnnouncements(session: Session, talk: Talk): void {
  const announcer = new Announcer();
  const heard = (publication: Publication): void => {
    const message = publication.message;
    if (publication.type !== 'message.created' || !message?.text) return;
    if (message.author === session.me.id) return;
    const body = message.text;
    announce(
      announcer.next(
        Date.now(),
        () => text().announce.message(session.nameOf(message.author), body),
        (count) => text().announce.many(count),
      ),
    );
  };
  talk.arrived.add(heard);
  onCleanup(() => talk.arrived.delete(heard));
}
