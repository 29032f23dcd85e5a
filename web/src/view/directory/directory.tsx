import { createEffect, createSignal, For, onCleanup, onMount, Show } from 'solid-js';
import '../../style/directory.css';
import '../../style/form.css';
import type { Fault } from '../../model/fault.ts';
import type { Room } from '../../model/types.ts';
import type { Session } from '../../link/session.ts';
import { Banner } from '../frame/banner.tsx';
import { Blank, Head } from '../frame/head.tsx';
import type { LineState } from '../frame/line.ts';
import { FormError } from '../parts/form-error.tsx';
import { Icon } from '../parts/icons.tsx';
import { faultText, go, locale, more, text, useChanges } from '../state.ts';

const pageSize = 100;
const nowMinutes = 5;

/** All rooms a person can see, joined ones among them. */
export default function Directory(props: { session: Session; line: LineState; create: () => void }) {
  const changed = useChanges(props.session.changes, onCleanup);
  const [rooms, setRooms] = createSignal<readonly Room[]>();
  const [next, setNext] = createSignal<string>();
  const [query, setQuery] = createSignal('');
  const [problem, setProblem] = createSignal('');

  const load = async (cursor?: string): Promise<void> => {
    try {
      const page = await props.session.call<{ rooms: Room[]; next?: string }>('room.list', {
        limit: pageSize,
        ...(cursor ? { cursor } : {}),
      });
      setRooms([...(cursor ? (rooms() ?? []) : []), ...page.rooms]);
      setNext(page.next);
      setProblem('');
    } catch (error) {
      // Without a connection this is asked again when it is back.
      if (props.line.connected()) setProblem(faultText(error as Fault));
    }
  };
  const join = async (room: Room): Promise<void> => {
    try {
      await props.session.joinRoom(room);
      go({ page: 'room', room: room.id });
    } catch (error) {
      setProblem(faultText(error as Fault));
    }
  };
  createEffect(() => {
    if (props.line.connected()) void load();
  });
  onMount(() => {
    document.title = `${more().directory.title} · ${text().appName}`;
  });

  const shown = () => {
    const wanted = query().trim().toLocaleLowerCase();
    const collator = new Intl.Collator(locale());
    return [...(rooms() ?? [])]
      .filter((room) => `${room.name}\n${room.topic}`.toLocaleLowerCase().includes(wanted))
      .sort((a, b) => collator.compare(a.name, b.name));
  };
  const joined = (room: Room): boolean => {
    changed();
    return props.session.room(room.id) !== undefined;
  };

  return (
    <>
      <Head wide icon="compass" title={more().directory.title} topic={rooms() && more().directory.count(rooms()?.length ?? 0)} />
      <Banner line={props.line} />
      <div class="page">
        <div class="column">
          <div class="bar">
            <label class="search">
              <Icon name="search" />
              <span class="hush">{more().directory.search}</span>
              <input class="input" type="search" placeholder={more().directory.searchPlaceholder} value={query()} onInput={(event) => setQuery(event.currentTarget.value)} />
            </label>
            <button class="button" type="button" onClick={() => props.create()}>
              <Icon name="plus" small />{text().frame.newRoom}
            </button>
          </div>
          <FormError text={problem()} />
          <Show when={rooms()} fallback={<Bones />}>
            <Show
              when={shown().length > 0}
              fallback={
                <Show
                  when={query()}
                  fallback={<Blank title={more().directory.emptyTitle} text={more().directory.empty} action={text().frame.newRoom} onAction={props.create} />}
                >
                  <Blank title={more().directory.nothingTitle} text={more().directory.nothing} />
                </Show>
              }
            >
              <ul>
                <For each={shown()}>
                  {(room) => <Entry room={room} joined={joined(room)} onJoin={() => void join(room)} />}
                </For>
              </ul>
            </Show>
          </Show>
          <Show when={next()}>
            <button class="button more" type="button" onClick={() => void load(next())}>{more().directory.more}</button>
          </Show>
        </div>
      </div>
    </>
  );
}

function Entry(props: { room: Room; joined: boolean; onJoin: () => void }) {
  const open = (event: MouseEvent): void => {
    event.preventDefault();
    go({ page: 'room', room: props.room.id });
  };
  return (
    <li class="entry">
      <span class="avatar plain"><Icon name="hash" /></span>
      <div class="cut">
        <p class="entry-name cut">
          <a href={`/room/${props.room.id}`} onClick={open}><bdi>{props.room.name}</bdi></a>
        </p>
        <p class="entry-topic cut" dir="auto">{props.room.topic}</p>
      </div>
      <span class="figures">
        {more().directory.members(props.room.members)}<br />{lastActive(props.room)}
      </span>
      <span class="end">
        <Show
          when={props.joined}
          fallback={
            <button class="button" type="button" aria-label={more().directory.joinNamed(props.room.name)} onClick={() => props.onJoin()}>
              {more().directory.join}
            </button>
          }
        >
          <span class="state"><Icon name="check" small />{more().directory.joined}</span>
        </Show>
      </span>
    </li>
  );
}

function Bones() {
  return (
    <ul aria-hidden="true">
      <For each={[1, 2, 3]}>
        {() => <li class="entry"><span class="avatar plain" /><i class="bone w3" /></li>}
      </For>
    </ul>
  );
}

function lastActive(room: Room): string {
  if (!room.last_message_at) return more().directory.quiet;
  const minutes = (Date.parse(room.last_message_at) - Date.now()) / 60_000;
  const format = new Intl.RelativeTimeFormat(locale(), { numeric: 'auto', style: 'short' });
  if (minutes > -nowMinutes) return more().directory.activeNow;
  if (minutes > -60) return more().directory.active(format.format(Math.round(minutes), 'minute'));
  if (minutes > -24 * 60) return more().directory.active(format.format(Math.round(minutes / 60), 'hour'));
  return more().directory.active(format.format(Math.round(minutes / 1440), 'day'));
}
