import { createMemo, createSignal, For, Show } from 'solid-js';
import type { Route } from '../../model/routes.ts';
import { groupsOf } from '../../link/groups.ts';
import type { Session } from '../../link/session.ts';
import { Dialog } from '../parts/dialog.tsx';
import { Icon } from '../parts/icons.tsx';
import { go, locale, more } from '../state.ts';

const shownMax = 8;

interface Found {
  readonly to: Route;
  readonly name: string;
  /** The group of a room, or that it is a group. */
  readonly beside: string;
}

/** Ctrl+K: a few letters, Enter, there. Focus stays in the field; arrows choose. */
export function Switcher(props: { session: Session; onClose: () => void }) {
  const [query, setQuery] = createSignal('');
  const [chosen, setChosen] = createSignal(0);
  const groups = groupsOf(props.session);
  const found = createMemo(() => {
    const wanted = query().trim().toLocaleLowerCase();
    const collator = new Intl.Collator(locale());
    const all: Found[] = props.session
      .rooms(collator)
      .map((room) => ({ to: { page: 'room', room: room.id }, name: room.name, beside: groups.get(room.group ?? '')?.name ?? '' }));
    for (const { id, name } of groups.all(collator)) all.push({ to: { page: 'group', group: id }, name, beside: more().switcher.group });
    return all.filter(({ name }) => name.toLocaleLowerCase().includes(wanted)).slice(0, shownMax);
  });
  const open = (index: number): void => {
    const place = found()[index];
    if (!place) return;
    props.onClose();
    go(place.to);
  };
  const pressed = (event: KeyboardEvent): void => {
    if (event.isComposing || event.keyCode === 229) return;
    if (event.key === 'Enter') open(chosen());
    else if (event.key === 'ArrowDown') setChosen(Math.min(found().length - 1, chosen() + 1));
    else if (event.key === 'ArrowUp') setChosen(Math.max(0, chosen() - 1));
    else return;
    event.preventDefault();
  };
  return (
    <Dialog label={more().switcher.label} class="switcher" onClose={props.onClose}>
      <label class="ask">
        <Icon name="search" />
        <input
          aria-label={more().switcher.label}
          placeholder={more().switcher.placeholder}
          role="combobox"
          aria-expanded={found().length > 0}
          aria-controls="switcher-found"
          aria-activedescendant={found().length > 0 ? `switcher-${chosen()}` : undefined}
          autocomplete="off"
          autofocus
          value={query()}
          onInput={(event) => {
            setQuery(event.currentTarget.value);
            setChosen(0);
          }}
          onKeyDown={pressed}
        />
      </label>
      <div role="listbox" id="switcher-found" aria-label={more().switcher.found}>
        <For each={found()}>
          {(place, index) => (
            <button
              class="menu-row"
              type="button"
              role="option"
              id={`switcher-${index()}`}
              tabindex="-1"
              aria-selected={chosen() === index()}
              onClick={() => open(index())}
            >
              <Icon name={place.to.page === 'group' ? 'people' : 'hash'} small /><bdi class="cut">{place.name}</bdi>
              <small class="beside cut">{place.beside}</small>
            </button>
          )}
        </For>
      </div>
      <Show when={found().length === 0}><p class="hint">{more().switcher.nothing}</p></Show>
    </Dialog>
  );
}
