import { createEffect, createSignal, Match, onCleanup, onMount, Show, Switch, type Accessor } from 'solid-js';
import '../../style/group.css';
import type { GroupId } from '../../model/types.ts';
import { groupsOf } from '../../link/groups.ts';
import type { Session } from '../../link/session.ts';
import { Banner } from '../frame/banner.tsx';
import { Head } from '../frame/head.tsx';
import type { LineState } from '../frame/line.ts';
import { createAttempt } from '../parts/attempt.ts';
import { EntryBones } from '../parts/entry.tsx';
import { FormError } from '../parts/form-error.tsx';
import { Icon } from '../parts/icons.tsx';
import { later } from '../parts/later.tsx';
import { more, text, useChanges } from '../state.ts';
import { GroupDialogs, type GroupAsked } from './group-dialogs.tsx';
import { GroupRooms } from './group-rooms.tsx';
import { Lead } from './lead.tsx';
import { Outside } from './outside.tsx';
import { Requests } from './requests.tsx';

interface GroupProps {
  session: Session;
  id: GroupId;
  line: LineState;
  sheet: Accessor<boolean>;
  setSheet: (open: boolean) => void;
}

const MemberList = later(() => import('../room/members.tsx'));
const beside = matchMedia('(width >= 68.75em)');

/** One group. The component belongs to it: another group is another instance. */
export default function GroupScreen(props: GroupProps) {
  const { session, id } = props;
  const groups = groupsOf(session);
  const home = groups.home(id);
  const changed = useChanges(home.changes, onCleanup);
  const [hidden, setHidden] = createSignal(false);
  const [asked, setAsked] = createSignal<GroupAsked>();
  const { problem, attempt } = createAttempt();
  const group = () => {
    changed();
    return home.group;
  };
  const status = () => {
    changed();
    return home.status;
  };
  const inside = () => status() === 'inside';
  const owner = () => group()?.role === 'owner';
  const title = () => (status() === 'not here' ? more().groups.notHereTitle : (group()?.name ?? ''));
  const toggleMembers = (): void => {
    if (beside.matches) setHidden(!hidden());
    else props.setSheet(!props.sheet());
  };
  onMount(() => void home.open());
  createEffect(() => {
    document.title = title() ? `${title()} · ${text().appName}` : text().appName;
  });

  return (
    <>
      <Head
        title={title()}
        topic={group() && more().groups.summary(members(), group()?.join_mode === 'open')}
        icon="people"
        group={group()}
        wide={!inside()}
      >
        <Show when={inside()}>
          <button
            class="tool"
            type="button"
            aria-pressed={beside.matches ? !hidden() : props.sheet()}
            aria-label={text().room.membersCount(members())}
            title={text().room.members}
            onClick={toggleMembers}
          >
            <Icon name="people" />
          </button>
          <button class="tool" type="button" aria-label={more().groups.menu} title={more().groups.menu} onClick={() => setAsked({ what: 'menu' })}>
            <Icon name="more" />
          </button>
        </Show>
      </Head>
      <div class="room" classList={{ wide: hidden() || !inside() }}>
        <section class="talk" aria-label={title() || undefined}>
          <Banner line={props.line} />
          <div class="page">
            <Switch>
              <Match when={inside()}>
                <div class="column">
                  <Lead text={group()?.description ?? ''} />
                  <FormError text={problem()} />
                  <Show when={owner()}>
                    <Requests groups={groups} home={home} attempt={attempt} decline={(request) => setAsked({ what: 'decline', request })} />
                  </Show>
                  <GroupRooms session={session} home={home} attempt={attempt} create={() => setAsked({ what: 'room' })} />
                </div>
              </Match>
              <Match when={status() === 'loading'}>
                <div class="column"><EntryBones /></div>
                <p class="hush" role="status">{text().loading}</p>
              </Match>
              <Match when={true}>
                <Outside session={session} home={home} problem={problem()} attempt={attempt} />
              </Match>
            </Switch>
          </div>
        </section>
        <Show when={inside() && !hidden()}>
          <MemberList session={session} of={home} mayKick={owner()} kick={(member) => setAsked({ what: 'kick', member })} />
        </Show>
      </div>
      <Show when={asked()}>
        {(what) => <GroupDialogs session={session} home={home} asked={what()} ask={setAsked} attempt={attempt} />}
      </Show>
    </>
  );

  function members(): number {
    changed();
    return home.members.loaded ? home.members.count : (home.group?.members ?? 0);
  }
}
