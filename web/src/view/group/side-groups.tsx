import { createMemo, For, onCleanup, Show, type Accessor } from 'solid-js';
import '../../style/group.css';
import { groupsOf } from '../../link/groups.ts';
import type { Session } from '../../link/session.ts';
import { PlaceRow, roomPlace, type Place } from '../frame/side.tsx';
import { Avatar } from '../parts/avatar.tsx';
import { locale, more, useChanges } from '../state.ts';

interface Row {
  readonly place: Place;
  /** Of a group; a room has none. */
  readonly group: string;
  readonly requests: number;
}

/** The groups in the side list, each with the rooms of it that the person is in. */
export default function SideGroups(props: { session: Session; near: Accessor<string> }) {
  const { session } = props;
  const groups = groupsOf(session);
  const changed = useChanges(session.changes, onCleanup);
  const rows = createMemo((): Row[] => {
    changed();
    const collator = new Intl.Collator(locale());
    const rooms = session.rooms(collator);
    const all: Row[] = [];
    for (const { id, name } of groups.all(collator)) {
      all.push({ place: { to: { page: 'group', group: id }, name, icon: 'people' }, group: id, requests: groups.requests(id)?.length ?? 0 });
      const inner = rooms.filter((room) => room.group === id).sort((a, b) => Number(b.id === id) - Number(a.id === id));
      for (const room of inner) {
        all.push({ place: roomPlace(room.id === id ? { ...room, name: more().groups.mainRoom } : room), group: '', requests: 0 });
      }
    }
    return all;
  }, [], { equals: (before, after) => JSON.stringify(before) === JSON.stringify(after) });
  return (
    <Show when={rows().length > 0}>
      <p class="label" aria-hidden="true">{more().groups.title}</p>
      <For each={rows()}>
        {({ place, group, requests }) =>
          group ? (
            <PlaceRow
              place={place}
              near={props.near}
              face={<Avatar id={group} name={place.name} place />}
              trail={requests > 0 ? <span class="count" role="img" aria-label={more().groups.requestCount(requests)}>{requests}</span> : undefined}
            />
          ) : (
            <PlaceRow place={place} near={props.near} inner />
          )
        }
      </For>
    </Show>
  );
}
