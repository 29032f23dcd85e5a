import { createMemo, createSignal, For, onCleanup, Show, type Accessor } from 'solid-js';
import '../../style/group.css';
import { groupsOf, type GroupNews } from '../../link/groups.ts';
import type { Session } from '../../link/session.ts';
import { localStore } from '../../link/storage.ts';
import { pathOf } from '../../model/routes.ts';
import { PlaceRow, roomPlace, type Place } from '../frame/side.tsx';
import { Avatar } from '../parts/avatar.tsx';
import { Icon } from '../parts/icons.tsx';
import { announce, locale, more, route, useChanges } from '../state.ts';

interface Row {
  readonly place: Place;
  /** Of a group; a room has none. */
  readonly group: string;
  readonly requests: number;
  readonly shut: boolean;
}

const storage = localStore();

/** The groups in the side list, each with the rooms of it that the person is in, unless they are folded away. */
export default function SideGroups(props: { session: Session; near: Accessor<string> }) {
  const { session } = props;
  const groups = groupsOf(session);
  const changed = useChanges(session.changes, onCleanup);
  groups.heard = (news) => {
    // The group's own screen says it by itself.
    if (news.what !== 'declined' || pathOf(route()) !== `/group/${news.id}`) announce(inWords(news));
  };
  onCleanup(() => {
    groups.heard = undefined;
  });
  const key = `kith:folded:${session.me.id}`;
  const [folded, setFolded] = createSignal<readonly string[]>((storage.getItem(key) ?? '').split(' '));
  const fold = (event: MouseEvent, id: string): void => {
    // The row itself leads to the group.
    event.preventDefault();
    event.stopPropagation();
    setFolded(folded().includes(id) ? folded().filter((one) => one !== id) : [...folded(), id]);
    storage.setItem(key, folded().join(' ').trim());
  };
  const rows = createMemo((): Row[] => {
    changed();
    const collator = new Intl.Collator(locale());
    const rooms = session.rooms(collator);
    const all: Row[] = [];
    for (const { id, name } of groups.all(collator)) {
      const shut = folded().includes(id);
      all.push({ place: { to: { page: 'group', group: id }, name, icon: 'people' }, group: id, requests: groups.requests(id)?.length ?? 0, shut });
      const inner = rooms.filter((room) => room.group === id).sort((a, b) => Number(b.id === id) - Number(a.id === id));
      for (const room of inner) {
        const place = roomPlace(room.id === id ? { ...room, name: more().groups.mainRoom } : room);
        // The open room stays in sight.
        if (!shut || pathOf(place.to) === pathOf(route())) all.push({ place, group: '', requests: 0, shut });
      }
    }
    return all;
  }, [], { equals: (before, after) => JSON.stringify(before) === JSON.stringify(after) });
  return (
    <Show when={rows().length > 0}>
      <p class="label" aria-hidden="true">{more().groups.title}</p>
      <For each={rows()}>
        {({ place, group, requests, shut }) =>
          group ? (
            <PlaceRow
              place={place}
              near={props.near}
              face={<Avatar id={group} name={place.name} place />}
              trail={
                <span class="trail">
                  <span class="hush">{shut ? more().groups.shut : more().groups.unfolded}</span>
                  <Show when={requests > 0}>
                    <span class="count" role="img" aria-label={more().groups.requestCount(requests)}>{requests}</span>
                  </Show>
                  <span class="fold" classList={{ shut }} onClick={(event) => fold(event, group)}><Icon name="back" small /></span>
                </span>
              }
            />
          ) : (
            <PlaceRow place={place} near={props.near} inner />
          )
        }
      </For>
    </Show>
  );
}

/** For ears: the same shows on screen. A name that is not known any more is left out. */
function inWords(news: GroupNews): string {
  const texts = more().groups;
  switch (news.what) {
    case 'in':
      return texts.nowIn(news.group);
    case 'out':
      return texts.nowOut(news.group || texts.aGroup);
    case 'ended':
      return texts.nowEnded(news.group || texts.aGroup);
    case 'declined':
      return news.reason ? texts.declinedWhy(news.reason) : texts.declined;
    case 'asks':
      return texts.nowAsks(news.person, news.group);
  }
}
