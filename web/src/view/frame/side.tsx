import { createMemo, createSignal, For, onCleanup, Show, type Accessor, type JSX } from 'solid-js';
import { pathOf, type Route } from '../../model/routes.ts';
import type { Room } from '../../model/types.ts';
import type { Session } from '../../link/session.ts';
import { Presence } from '../parts/avatar.tsx';
import { Icon, Mark, type IconName } from '../parts/icons.tsx';
import { later } from '../parts/later.tsx';
import { go, locale, route, text, useChanges } from '../state.ts';
import type { DialogName } from './inside.tsx';
import type { LineState } from './line.ts';

interface SideProps {
  session: Session;
  line: LineState;
  /** On a phone the list is a screen of its own. */
  alone: boolean;
  open: (name: DialogName) => void;
}

export function Side(props: SideProps) {
  const state = () =>
    props.line.connected() ? text().frame.online : props.line.offline() ? text().frame.offline : text().frame.connecting;
  return (
    <div class="side" role={props.alone ? 'main' : 'navigation'} aria-label={text().frame.places}>
      <div class="side-head">
        <Mark />
        <Show when={props.alone} fallback={<b class="cut">{text().appName}</b>}>
          <h1 class="cut">{text().appName}</h1>
        </Show>
        <button class="tool" type="button" aria-label={text().frame.newPlace} title={text().frame.newPlace} onClick={() => props.open('create')}>
          <Icon name="plus" />
        </button>
      </div>
      <button class="find" type="button" onClick={() => props.open('switcher')}>
        <Icon name="search" small /><span class="cut">{text().frame.goTo}</span><kbd>{text().frame.goToKey}</kbd>
      </button>
      <Places session={props.session} />
      <div class="me">
        <Presence id={props.session.me.id} name={props.session.me.name} online={props.line.connected()} size="s28" />
        <span class="cut">
          <b class="cut"><bdi>{props.session.me.name}</bdi></b>
          <small>{state()}</small>
        </span>
        <button class="tool" type="button" aria-label={text().frame.settings} title={text().frame.settings} onClick={() => props.open('settings')}>
          <Icon name="sliders" />
        </button>
      </div>
    </div>
  );
}

export interface Place {
  readonly to: Route;
  readonly name: string;
  readonly icon: IconName;
}

interface PlaceRowProps {
  place: Place;
  near: Accessor<string>;
  inner?: boolean;
  /** In place of the icon, and after the name. */
  face?: JSX.Element;
  trail?: JSX.Element;
}

const SideGroups = later(() => import('../group/side-groups.tsx'));

export function PlaceRow(props: PlaceRowProps) {
  const path = () => pathOf(props.place.to);
  return (
    <a
      class="place-row"
      classList={{ near: props.near() === path(), browse: props.place.to.page === 'rooms', inner: props.inner ?? false }}
      role="option"
      id={path()}
      tabindex="-1"
      href={path()}
      aria-selected={path() === pathOf(route())}
      onClick={(event) => {
        if (event.ctrlKey || event.metaKey || event.shiftKey) return;
        event.preventDefault();
        go(props.place.to);
      }}
    >
      {props.face ?? <Icon name={props.place.icon} small />}
      <bdi class="cut">{props.place.name}</bdi>
      {props.trail}
    </a>
  );
}

/** The places of the list from top to bottom, as they are drawn. */
export function placeRows(): HTMLAnchorElement[] {
  return [...document.querySelectorAll<HTMLAnchorElement>('.place-row')];
}

/** Rooms without a group; an archived one can still be read. */
export function roomPlace(room: Room): Place {
  return { to: { page: 'room', room: room.id }, name: room.name, icon: room.archived_at ? 'lock' : 'hash' };
}

/** One tab stop; arrow keys move in it, Enter opens, as in any list box. */
function Places(props: { session: Session }) {
  const changed = useChanges(props.session.changes, onCleanup);
  const [near, setNear] = createSignal('');
  const rooms = createMemo(() => {
    changed();
    return props.session.rooms(new Intl.Collator(locale())).filter((room) => !room.group).map(roomPlace);
  }, [], { equals: samePlaces });

  const pressed = (event: KeyboardEvent): void => {
    const rows = placeRows();
    const at = rows.findIndex((row) => row.id === near());
    const last = rows.length - 1;
    const moves: Record<string, number> = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: last };
    if (event.altKey) return;
    if (event.key in moves) setNear(rows[Math.max(0, Math.min(last, moves[event.key] as number))]?.id ?? '');
    else if (event.key === 'Enter' || event.key === ' ') rows[at]?.click();
    else if (event.key === 'ArrowRight' || event.key === 'ArrowLeft') {
      // A group's rooms are shown and hidden as in any tree.
      rows[at]?.querySelector<HTMLElement>(event.key === 'ArrowRight' ? '.fold.shut' : '.fold:not(.shut)')?.click();
    }
    else return;
    event.preventDefault();
    document.getElementById(near())?.scrollIntoView({ block: 'nearest' });
  };

  return (
    <div
      class="places"
      role="listbox"
      aria-label={text().frame.places}
      aria-activedescendant={near() || undefined}
      tabindex="0"
      onKeyDown={pressed}
      onFocus={() => setNear((placeRows().find((row) => row.ariaSelected === 'true') ?? placeRows()[0])?.id ?? '')}
    >
      <Show when={rooms().length > 0}><p class="label" aria-hidden="true">{text().frame.rooms}</p></Show>
      <For each={rooms()}>{(place) => <PlaceRow place={place} near={near} />}</For>
      <SideGroups session={props.session} near={near} />
      <PlaceRow place={{ to: { page: 'rooms' }, name: text().frame.browse, icon: 'compass' }} near={near} />
    </div>
  );
}

/** Names learned elsewhere tick the session too; the list is drawn again only if it differs. */
function samePlaces(before: Place[], after: Place[]): boolean {
  return JSON.stringify(before) === JSON.stringify(after);
}
