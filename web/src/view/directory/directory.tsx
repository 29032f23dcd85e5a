import { createEffect, createSignal, For, Match, onCleanup, onMount, Show, Switch } from 'solid-js';
import '../../style/form.css';
import type { Fault } from '../../model/fault.ts';
import type { Group, Room } from '../../model/types.ts';
import { groupsOf } from '../../link/groups.ts';
import type { Session } from '../../link/session.ts';
import { Banner } from '../frame/banner.tsx';
import { Blank, Head } from '../frame/head.tsx';
import type { DialogName } from '../frame/inside.tsx';
import type { LineState } from '../frame/line.ts';
import { GroupDoor } from '../group/door.tsx';
import { createAttempt } from '../parts/attempt.ts';
import { Choice } from '../parts/choice.tsx';
import { Entry, EntryBones, JoinState } from '../parts/entry.tsx';
import { FormError } from '../parts/form-error.tsx';
import { Icon } from '../parts/icons.tsx';
import { faultText, go, locale, more, text, useChanges } from '../state.ts';
import { lastActive } from './last-active.ts';

const pageSize = 100;
/** A letter later is another question; the server is asked when the hand rests. */
const restMs = 200;

type Shown = 'all' | 'rooms' | 'groups';

interface DirectoryProps {
  session: Session;
  line: LineState;
  open: (name: DialogName) => void;
}

/** All rooms and groups a person can see, joined ones among them. */
export default function Directory(props: DirectoryProps) {
  const { session } = props;
  const groups = groupsOf(session);
  const changed = useChanges(session.changes, onCleanup);
  const [rooms, setRooms] = createSignal<readonly Room[]>([]);
  const [found, setFound] = createSignal<readonly Group[]>([]);
  const [read, setRead] = createSignal(false);
  const [next, setNext] = createSignal<{ rooms?: string | undefined; groups?: string | undefined }>({});
  const [query, setQuery] = createSignal('');
  const [shown, setShown] = createSignal<Shown>('all');
  const { problem, setProblem, attempt } = createAttempt();
  let timer = 0;

  const roomPage = (cursor?: string, query?: string) =>
    session.call<{ rooms: Room[]; next?: string }>('room.list', { limit: pageSize, cursor, query: query || undefined });
  const load = async (): Promise<void> => {
    try {
      const [some, others] = await Promise.all([roomPage(), groups.list(undefined, '')]);
      setRooms(some.rooms);
      setFound(others.groups);
      setNext({ rooms: some.next, groups: others.next });
      setRead(true);
      setProblem('');
    } catch (error) {
      // Without a connection this is asked again when it is back.
      if (props.line.connected()) setProblem(faultText(error as Fault));
    }
  };
  const loadMore = (): Promise<void> =>
    attempt(async () => {
      const { rooms: after, groups: since } = next();
      const some = after ? await roomPage(after) : undefined;
      const others = since ? await groups.list(since, '') : undefined;
      add(some?.rooms ?? [], others?.groups ?? []);
      setNext({ rooms: some?.next, groups: others?.next });
    });
  /** What is loaded is searched at once; the server is asked for the rest, and for what is new. */
  const search = (words: string): void => {
    setQuery(words);
    clearTimeout(timer);
    const wanted = words.trim();
    if (!wanted) return;
    timer = window.setTimeout(() => {
      void attempt(async () => {
        const [some, others] = await Promise.all([roomPage(undefined, wanted), groups.list(undefined, wanted)]);
        add(some.rooms, others.groups);
      });
    }, restMs);
  };
  const add = (some: readonly Room[], others: readonly Group[]): void => {
    setRooms(merged(rooms(), some));
    setFound(merged(found(), others));
  };
  const join = (room: Room): Promise<void> =>
    attempt(async () => {
      await session.joinRoom(room);
      go({ page: 'room', room: room.id });
    });
  createEffect(() => {
    if (props.line.connected()) void load();
  });
  onMount(() => {
    document.title = `${more().directory.title} · ${text().appName}`;
  });
  onCleanup(() => clearTimeout(timer));

  const matching = <Place extends Room | Group>(places: readonly Place[], words: (place: Place) => string): Place[] => {
    const wanted = query().trim().toLocaleLowerCase();
    const collator = new Intl.Collator(locale());
    return places
      .filter((place) => `${place.name}\n${words(place)}`.toLocaleLowerCase().includes(wanted))
      .sort((a, b) => collator.compare(a.name, b.name));
  };
  const shownGroups = () => {
    changed();
    if (shown() === 'rooms') return [];
    const known = merged(found(), groups.all(new Intl.Collator(locale())));
    return matching(known.filter((group) => group.name), (group) => group.description);
  };
  const shownRooms = () => (shown() === 'groups' ? [] : matching(rooms(), (room) => room.topic));
  const joined = (room: Room): boolean => {
    changed();
    return session.room(room.id) !== undefined;
  };
  const nothing = () => shownGroups().length + shownRooms().length === 0;

  return (
    <>
      <Head wide icon="compass" title={more().directory.title} topic={read() ? more().directory.count(rooms().length, found().length) : undefined} />
      <Banner line={props.line} />
      <div class="page">
        <div class="column">
          <div class="bar">
            <label class="search">
              <Icon name="search" />
              <span class="hush">{more().directory.search}</span>
              <input class="input" type="search" placeholder={more().directory.searchPlaceholder} value={query()} onInput={(event) => search(event.currentTarget.value)} />
            </label>
            <Choice
              quiet
              label={more().directory.show}
              name="shown"
              value={shown()}
              options={[['all', more().directory.all], ['rooms', text().frame.rooms], ['groups', more().groups.title]]}
              onChange={(value) => setShown(value as Shown)}
            />
          </div>
          <FormError text={problem()} />
          <Show when={read()} fallback={<EntryBones />}>
            <Switch
              fallback={
                <ul>
                  <For each={shownGroups()}>
                    {(group) => <GroupEntry session={session} group={group} attempt={attempt} />}
                  </For>
                  <For each={shownRooms()}>
                    {(room) => (
                      <Entry
                        to={{ page: 'room', room: room.id }}
                        id={room.id}
                        name={room.name}
                        topic={room.topic}
                        icon="hash"
                        figures={<>{more().directory.members(room.members)}<br />{lastActive(room)}</>}
                      >
                        <JoinState name={room.name} joined={joined(room)} onJoin={() => void join(room)} />
                      </Entry>
                    )}
                  </For>
                </ul>
              }
            >
              <Match when={nothing() && query().trim()}>
                <Blank title={more().directory.nothingTitle} text={more().directory.nothing} />
              </Match>
              <Match when={nothing() && shown() === 'groups'}>
                <Blank title={more().groups.emptyTitle} text={more().groups.empty} action={more().groups.newGroup} onAction={() => props.open('found')} />
              </Match>
              <Match when={nothing()}>
                <Blank title={more().directory.emptyTitle} text={more().directory.empty} action={more().create.title} onAction={() => props.open('create')} />
              </Match>
            </Switch>
          </Show>
          <Show when={next().rooms ?? next().groups}>
            <button class="button more" type="button" onClick={() => void loadMore()}>{more().directory.more}</button>
          </Show>
        </div>
      </div>
    </>
  );
}

interface GroupEntryProps {
  session: Session;
  group: Group;
  attempt: (what: () => Promise<void>) => Promise<void>;
}

function GroupEntry(props: GroupEntryProps) {
  return (
    <Entry
      to={{ page: 'group', group: props.group.id }}
      id={props.group.id}
      name={props.group.name}
      topic={props.group.description}
      figures={<>{more().directory.members(props.group.members)}<br />{props.group.join_mode === 'open' ? more().groups.openGroup : more().groups.askedGroup}</>}
    >
      <GroupDoor session={props.session} group={props.group} attempt={props.attempt} />
    </Entry>
  );
}

/** By id; what is newer wins. */
function merged<Place extends { readonly id: string }>(known: readonly Place[], newer: readonly Place[]): Place[] {
  const all = new Map(known.map((place) => [place.id, place]));
  for (const place of newer) all.set(place.id, { ...all.get(place.id), ...place });
  return [...all.values()];
}
