import { createMemo, For, onCleanup, Show } from 'solid-js';
import '../../style/members.css';
import type { Member } from '../../model/types.ts';
import type { Session } from '../../link/session.ts';
import type { Talk } from '../../link/talk.ts';
import { Presence } from '../parts/avatar.tsx';
import { Icon } from '../parts/icons.tsx';
import { locale, more, useChanges } from '../state.ts';

interface MembersProps {
  session: Session;
  talk: Talk;
  mayKick: boolean;
  kick: (member: Member) => void;
}

/** Who is in the room: online first; without a connection nobody is called either. */
export default function MemberList(props: MembersProps) {
  const changed = useChanges(props.talk.changes, onCleanup);
  const members = () => {
    changed();
    return props.talk.members;
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
          <button class="button bare" type="button" onClick={() => void props.talk.loadMoreMembers()}>{more().members.more}</button>
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
