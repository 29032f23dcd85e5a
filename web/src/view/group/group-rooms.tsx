import { createMemo, For, onCleanup, Show } from 'solid-js';
import type { Room } from '../../model/types.ts';
import type { GroupHome } from '../../link/group-home.ts';
import type { Session } from '../../link/session.ts';
import { lastActive } from '../directory/last-active.ts';
import { Entry, EntryBones, JoinState, State } from '../parts/entry.tsx';
import { Icon } from '../parts/icons.tsx';
import { go, locale, more, useChanges } from '../state.ts';

interface GroupRoomsProps {
  session: Session;
  home: GroupHome;
  attempt: (what: () => Promise<void>) => Promise<void>;
  create: () => void;
}

/** The rooms of a group, the main room first, archived ones last. */
export function GroupRooms(props: GroupRoomsProps) {
  const { session, home } = props;
  const changed = useChanges(home.changes, onCleanup);
  const named = useChanges(session.changes, onCleanup);
  const rooms = createMemo(() => {
    changed();
    named();
    const collator = new Intl.Collator(locale());
    const all = new Map(home.rooms.all().map((room) => [room.id, room]));
    // Archived ones are listed only to who is in them.
    for (const room of session.rooms(collator)) if (room.group === home.id) all.set(room.id, { ...room, ...all.get(room.id) });
    return [...all.values()].sort((a, b) => rank(a, home.id) - rank(b, home.id) || collator.compare(a.name, b.name));
  });
  const join = (room: Room): Promise<void> =>
    props.attempt(async () => {
      await session.joinRoom(room);
      go({ page: 'room', room: room.id });
    });
  const joined = (room: Room): boolean => {
    named();
    return session.room(room.id) !== undefined;
  };
  return (
    <section aria-labelledby="group-rooms">
      <div class="section rooms-head">
        <h2 id="group-rooms">{more().groups.rooms} <span class="count">{rooms().length}</span></h2>
        <button class="button" type="button" onClick={() => props.create()}><Icon name="plus" small />{more().groups.newRoom}</button>
      </div>
      <Show when={(changed(), home.rooms.loaded)} fallback={<EntryBones />}>
        <ul>
          <For each={rooms()}>
            {(room) => (
              <Entry
                to={{ page: 'room', room: room.id }}
                id={room.id}
                name={room.name}
                topic={room.id === home.id ? room.topic || more().groups.mainRoom : room.topic}
                icon={room.archived_at ? 'lock' : 'hash'}
                figures={<>{more().directory.members(room.members)}<br />{lastActive(room)}</>}
              >
                <Show when={!room.archived_at} fallback={<State icon="lock" text={more().groups.archived} />}>
                  <JoinState name={room.name} joined={joined(room)} onJoin={() => void join(room)} />
                </Show>
              </Entry>
            )}
          </For>
        </ul>
      </Show>
    </section>
  );
}

function rank(room: Room, main: string): number {
  if (room.archived_at) return 2;
  return room.id === main ? 0 : 1;
}
