import { createEffect, createSignal, Match, onCleanup, onMount, Show, Switch } from 'solid-js';
import { Session } from '../../link/session.ts';
import { later, loadTheRest } from '../parts/later.tsx';
import { RoomScreen } from '../room/room.tsx';
import { announce, go, route, text, useChanges } from '../state.ts';
import { createKeys } from './keys.ts';
import { createLine } from './line.ts';
import { Side } from './side.tsx';

const Directory = later(() => import('../directory/directory.tsx'));
const GroupScreen = later(() => import('../group/group.tsx'));
const Welcome = later(() => import('./welcome.tsx'));
const Dialogs = later(() => import('./dialogs.tsx'));

export { Session };
export type DialogName = 'create' | 'found' | 'settings' | 'shortcuts' | 'switcher';

const wide = matchMedia('(width >= 45em)');

/** Everything for people who are signed in: the side list, what is open beside it, the dialogs. */
export default function Inside(props: { session: Session }) {
  const [dialog, setDialog] = createSignal<DialogName>();
  const [sheet, setSheet] = createSignal(false);
  const [isWide, setWide] = createSignal(wide.matches);
  const widthChanged = (): void => void setWide(wide.matches);
  wide.addEventListener('change', widthChanged);
  onCleanup(() => wide.removeEventListener('change', widthChanged));
  const changed = useChanges(props.session.changes, onCleanup);
  const line = createLine(props.session, announce);
  const openRoom = () => {
    const here = route();
    return here.page === 'room' ? here.room : undefined;
  };
  const openGroup = () => {
    const here = route();
    return here.page === 'group' ? here.group : undefined;
  };
  const close = (): void => {
    setDialog(undefined);
  };
  createKeys({ openRoom, dialog, open: setDialog });
  onMount(loadTheRest);
  createEffect(() => {
    changed();
    leadHome(props.session);
  });
  createEffect(() => {
    route();
    setSheet(false);
  });

  return (
    <>
      <a class="skip" href="#main">{openRoom() ? text().room.skip : text().skip}</a>
      <div
        class="app"
        data-pane={route().page === 'home' ? 'list' : 'main'}
        data-sheet={sheet() ? 'open' : undefined}
      >
        <Side session={props.session} line={line} alone={!isWide() && route().page === 'home'} open={setDialog} />
        <main class="main" id="main" tabindex="-1">
          <Switch fallback={<Welcome session={props.session} lost={route().page === 'not-found'} />}>
            <Match when={openRoom()} keyed>
              {(room) => (
                <RoomScreen session={props.session} id={room} line={line} sheet={sheet} setSheet={setSheet} />
              )}
            </Match>
            <Match when={route().page === 'rooms'}>
              <Directory session={props.session} line={line} open={setDialog} />
            </Match>
            <Match when={openGroup()} keyed>
              {(group) => (
                <GroupScreen session={props.session} id={group} line={line} sheet={sheet} setSheet={setSheet} />
              )}
            </Match>
          </Switch>
        </main>
      </div>
      <Show when={dialog()}>
        {(name) => <Dialogs name={name()} session={props.session} open={setDialog} onClose={close} />}
      </Show>
    </>
  );
}

/** Beside the list there is room for the place where the person was last. On a phone there is not. */
function leadHome(session: Session): void {
  if (route().page !== 'home' || !wide.matches || !session.roomsLoaded) return;
  const last = session.lastRoom();
  if (last && session.room(last)) go({ page: 'room', room: last }, true);
  else if (session.rooms(new Intl.Collator()).length === 0) go({ page: 'rooms' }, true);
}
