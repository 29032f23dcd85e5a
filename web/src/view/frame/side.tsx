import { createMemo, createSignal, For, onCleanup, Show } from 'solid-js';
import type { Route } from '../../model/routes.ts';
import { pathOf } from '../../model/routes.ts';
import type { Session } from '../../link/session.ts';
import { Presence } from '../parts/avatar.tsx';
import { Icon, Mark, type IconName } from '../parts/icons.tsx';
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
        <button class="tool" type="button" aria-label={text().frame.newRoom} title={text().frame.newRoom} onClick={() => props.open('create')}>
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

interface Place {
  readonly to: Route;
  readonly name: string;
  readonly icon: IconName;
}

/** One tab stop; arrow keys move in it, Enter opens, as in any list box. */
function Places(props: { session: Session }) {
  const changed = useChanges(props.session.changes, onCleanup);
  const [near, setNear] = createSignal(0);
  const rooms = createMemo(() => {
    changed();
    return props.session
      .rooms(new Intl.Collator(locale()))
      .map((room): Place => ({ to: { page: 'room', room: room.id }, name: room.name, icon: 'hash' }));
  }, [], { equals: samePlaces });
  const browse = (): Place => ({ to: { page: 'rooms' }, name: text().frame.browse, icon: 'compass' });
  const all = () => [...rooms(), browse()];
  const current = () => all().findIndex((place) => pathOf(place.to) === pathOf(route()));

  const pressed = (event: KeyboardEvent): void => {
    const last = all().length - 1;
    const moves: Record<string, number> = { ArrowDown: near() + 1, ArrowUp: near() - 1, Home: 0, End: last };
    if (event.altKey) return;
    if (event.key in moves) {
      event.preventDefault();
      setNear(Math.max(0, Math.min(last, moves[event.key] as number)));
    } else if (event.key === 'Enter' || event.key === ' ') {
      event.preventDefault();
      const place = all()[near()];
      if (place) go(place.to);
    }
  };

  const row = (place: Place, index: () => number) => (
    <a
      class="place-row"
      classList={{ near: near() === index(), browse: place.to.page === 'rooms' }}
      role="option"
      id={`place-${index()}`}
      tabindex="-1"
      href={pathOf(place.to)}
      aria-selected={current() === index()}
      onClick={(event) => {
        if (event.ctrlKey || event.metaKey || event.shiftKey) return;
        event.preventDefault();
        go(place.to);
      }}
    >
      <Icon name={place.icon} small />
      <bdi class="cut">{place.name}</bdi>
    </a>
  );

  return (
    <div
      class="places"
      role="listbox"
      aria-label={text().frame.places}
      aria-activedescendant={`place-${near()}`}
      tabindex="0"
      onKeyDown={pressed}
      onFocus={() => setNear(Math.max(0, current()))}
    >
      <p class="label" aria-hidden="true">{text().frame.rooms}</p>
      <For each={rooms()}>{(place, index) => row(place, index)}</For>
      {row(browse(), () => rooms().length)}
    </div>
  );
}

/** Names learned elsewhere tick the session too; the list is drawn again only if it differs. */
function samePlaces(before: Place[], after: Place[]): boolean {
  return (
    before.length === after.length &&
    before.every((place, index) => place.name === after[index]?.name && pathOf(place.to) === pathOf((after[index] as Place).to))
  );
}
