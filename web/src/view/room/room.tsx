import { createEffect, createSignal, For, Match, onCleanup, onMount, Show, Switch, type Accessor } from 'solid-js';
import type { Fault } from '../../model/fault.ts';
import type { RoomId } from '../../model/types.ts';
import type { Session } from '../../link/session.ts';
import { Banner } from '../frame/banner.tsx';
import { Head } from '../frame/head.tsx';
import type { LineState } from '../frame/line.ts';
import { FormError } from '../parts/form-error.tsx';
import { Icon } from '../parts/icons.tsx';
import { later } from '../parts/later.tsx';
import { faultText, go, text, useChanges } from '../state.ts';
import { createAnnouncements } from './announcements.ts';
import { Composer } from './composer.tsx';
import { Log } from './log.tsx';
import { createRoomState } from './room-state.ts';
import { TypingLine } from './typing-line.tsx';

interface RoomProps {
  session: Session;
  id: RoomId;
  line: LineState;
  sheet: Accessor<boolean>;
  setSheet: (open: boolean) => void;
}

// The log is what people wait for; all this comes beside or after it.
const MemberList = later(() => import('./members.tsx'));
const Archived = later(() => import('./archived.tsx'));
const Closed = later(() => import('./closed.tsx'));
const RoomDialogs = later(() => import('./room-dialogs.tsx'));
const beside = matchMedia('(width >= 68.75em)');

/** One room. The component belongs to it: another room is another instance. */
export function RoomScreen(props: RoomProps) {
  const { session, id } = props;
  const talk = session.talk(id);
  const changed = useChanges(talk.changes, onCleanup);
  const named = useChanges(session.changes, onCleanup);
  const [hidden, setHidden] = createSignal(false);
  const room = () => {
    changed();
    named();
    return talk.room ?? session.room(id);
  };
  const status = () => {
    changed();
    return talk.status;
  };
  const name = () => room()?.name ?? '';
  const group = () => session.groups?.get(room()?.group ?? '');
  const state = createRoomState(session, talk, changed);
  createAnnouncements(session, talk);
  onMount(() => {
    talk.open();
    session.rememberRoom(id);
  });
  createEffect(() => {
    document.title = name() ? `${name()} · ${text().appName}` : text().appName;
  });

  const join = async (): Promise<void> => {
    const known = room();
    if (!known) return;
    try {
      await session.joinRoom(known);
      talk.open();
    } catch (error) {
      state.setProblem(faultText(error as Fault));
    }
  };
  const leave = async (): Promise<void> => {
    state.close();
    try {
      await session.leaveRoom(id);
      go({ page: 'rooms' }, true);
    } catch (error) {
      state.setProblem(faultText(error as Fault));
    }
  };
  const inside = () => status() === 'ready' || status() === 'loading';
  const toggleMembers = (): void => {
    if (beside.matches) setHidden(!hidden());
    else props.setSheet(!props.sheet());
  };
  const nameOf = (user: string): string => {
    named();
    return session.nameOf(user);
  };

  return (
    <>
      <Head title={status() === 'not here' ? text().room.notHereTitle : name()} topic={room()?.topic} icon="hash" group={group()} wide={!inside()}>
        <Show when={inside()}>
          <button
            class="tool"
            type="button"
            aria-pressed={beside.matches ? !hidden() : props.sheet()}
            aria-label={text().room.membersCount((changed(), talk.members.count || (room()?.members ?? 0)))}
            title={text().room.members}
            onClick={toggleMembers}
          >
            <Icon name="people" />
          </button>
          <button class="tool" type="button" aria-label={text().room.menu} title={text().room.menu} onClick={() => state.askRoom()}>
            <Icon name="more" />
          </button>
        </Show>
      </Head>
      <div class="room" classList={{ wide: hidden() || !inside() }}>
        <section class="talk" aria-label={name() || undefined}>
          <Banner line={props.line} />
          <Switch>
            <Match when={status() === 'ready'}>
              <Log session={session} talk={talk} name={name()} actions={state.actions} handle={state.setLog} />
            </Match>
            <Match when={status() === 'loading'}><Bones /></Match>
            <Match when={!inside()}>
              <Closed status={status()} name={name()} join={() => void join()} again={() => talk.open()} />
            </Match>
          </Switch>
          <div class="column">
            <FormError text={state.problem()} />
            <Show when={inside()}>
              <Show when={!room()?.archived_at} fallback={<Archived session={session} state={state} />}>
                <TypingLine session={session} talk={talk} />
                <Composer session={session} talk={talk} name={name()} nameOf={nameOf} sent={state.sent} editLast={state.editLast} handle={state.setComposer} />
              </Show>
            </Show>
          </div>
        </section>
        <Show when={inside() && !hidden()}>
          <MemberList session={session} of={talk} mayKick={state.isOwner() && room()?.group !== id} kick={state.askKick} />
        </Show>
      </div>
      <Show when={state.asked()}><RoomDialogs session={session} state={state} room={room()} leave={() => void leave()} /></Show>
    </>
  );
}

/** What will stand here has this height; nothing shimmers. */
function Bones() {
  return (
    <div class="log">
      <div class="column bones" aria-hidden="true">
        <For each={[1, 2, 3]}>
          {() => <><span class="avatar" /><p><i class="bone w1" /><i class="bone w2" /></p></>}
        </For>
      </div>
      <p class="hush" role="status">{text().loading}</p>
    </div>
  );
}
