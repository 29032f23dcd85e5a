import { createMemo, createSignal, For, onCleanup, Show } from 'solid-js';
import '../../style/members.css';
import { Calm } from '../../model/calm.ts';
import type { Changes } from '../../model/changes.ts';
import type { Members } from '../../model/members.ts';
import type { Member } from '../../model/types.ts';
import type { Session } from '../../link/session.ts';
import { Presence } from '../parts/avatar.tsx';
import { Icon } from '../parts/icons.tsx';
import { locale, more } from '../state.ts';

/** A room or a group. */
interface Peopled {
  readonly members: Members;
  readonly changes: Changes;
  loadMoreMembers(): Promise<void>;
}

interface MembersProps {
  session: Session;
  of: Peopled;
  mayKick: boolean;
  kick: (member: Member) => void;
}

/** Who is in the room: online first; without a connection nobody is called either. */
export default function MemberList(props: MembersProps) {
  // Who is online changes all the time where many people are; once a second is as much as anybody follows.
  const [drawn, setDrawn] = createSignal(0);
  const calm = new Calm({ later: (run, ms) => setTimeout(run, ms), run: () => setDrawn((value) => value + 1) });
  const shape = (): string => {
    const { loaded, presenceKnown, count, next } = props.of.members;
    return [loaded, presenceKnown, count, next].join();
  };
  let before = shape();
  onCleanup(
    props.of.changes.listen(() => {
      const now = shape();
      calm.ask(now !== before);
      before = now;
    }),
  );
  const members = () => {
    drawn();
    return props.of.members;
  };
  const groups = createMemo(() => members().sorted(new Intl.Collator(locale())));
  const known = () => members().presenceKnown;
  return (
    <aside class="aside" aria-label={more().members.title} tabindex="0">
      <Show when={members().loaded}>
        <Show
          when={known()}
          fallback={
            <Group title={more().members.title} count={members().count} members={[...groups().online, ...groups().others]} online={undefined} hint={more().members.hiddenWhileOffline} list={props} />
          }
        >
          <Group title={more().members.online} count={members().onlineCount} members={groups().online} online list={props} />
          <Show when={groups().others.length > 0}>
            <Group title={more().members.offline} count={Math.max(0, members().count - members().onlineCount)} members={groups().others} online={false} list={props} />
          </Show>
        </Show>
        <Show when={members().next}>
          <button class="button bare" type="button" onClick={() => void props.of.loadMoreMembers()}>{more().members.more}</button>
        </Show>
      </Show>
    </aside>
  );
}

interface GroupProps {
  title: string;
  count: number;
  members: readonly Member[];
  online: boolean | undefined;
  hint?: string;
  list: MembersProps;
}

function Group(props: GroupProps) {
  return (
    <section>
      <h2 class="label">{props.title} <span class="count">{props.count}</span></h2>
      <Show when={props.hint}><p class="hint">{props.hint}</p></Show>
      <ul>
        <For each={props.members}>
          {(member) => <Person member={member} online={props.online} list={props.list} />}
        </For>
      </ul>
    </section>
  );
}

function Person(props: { member: Member; online: boolean | undefined; list: MembersProps }) {
  const me = () => props.member.id === props.list.session.me.id;
  const tag = () => (me() ? more().members.you : props.member.role === 'owner' ? more().members.owner : '');
  const label = () => more().members.menu(props.member.name);
  return (
    <li class="person" classList={{ away: props.online === false }}>
      <Presence id={props.member.id} name={props.member.name} online={props.online} size="s24" />
      <bdi class="cut">{props.member.name}</bdi>
      <Show
        when={props.list.mayKick && !me()}
        fallback={<small>{tag()}</small>}
      >
        <button class="tool" type="button" aria-label={label()} title={label()} onClick={() => props.list.kick(props.member)}>
          <Icon name="close" small />
        </button>
      </Show>
    </li>
  );
}
