import { Match, onCleanup, Switch } from 'solid-js';
import type { GroupHome } from '../../link/group-home.ts';
import { groupsOf } from '../../link/groups.ts';
import type { Session } from '../../link/session.ts';
import { Blank } from '../frame/head.tsx';
import { FormError } from '../parts/form-error.tsx';
import { go, more, text, useChanges } from '../state.ts';
import { GroupDoor } from './door.tsx';
import { Lead } from './lead.tsx';

interface OutsideProps {
  session: Session;
  home: GroupHome;
  problem: string;
  attempt: (what: () => Promise<void>) => Promise<void>;
}

/** A group that one is not in: what it is, and the way in; or why there is none. */
export function Outside(props: OutsideProps) {
  const { home } = props;
  const groups = groupsOf(props.session);
  const changed = useChanges(home.changes, onCleanup);
  const status = () => {
    changed();
    return home.status;
  };
  const group = () => {
    changed();
    return status() === 'outside' ? home.group : undefined;
  };
  const sentence = (): string => {
    changed();
    const texts = more().groups;
    const declined = groups.asked.declined(home.id);
    if (groups.asked.get(home.id)) return texts.asked;
    if (declined !== undefined) return declined ? texts.declinedWhy(declined) : texts.declined;
    return home.group?.join_mode === 'open' ? texts.outsideOpen : texts.outsideAsk;
  };
  // The channel ends a moment before the entry that says why.
  const cause = (): string => {
    changed();
    return home.cause;
  };
  const goneText = (): string => {
    const texts = more().groups;
    if (cause() === 'deleted') return texts.deleted;
    if (cause() !== 'kicked') return texts.left;
    return home.reason ? texts.kickedWhy(home.reason) : texts.kicked;
  };
  const browse = (): void => go({ page: 'rooms' });
  return (
    <Switch>
      <Match when={group()}>
        {(group) => (
          <div class="column">
            <Lead text={group().description} />
            <div class="section">
              <p class="hint">{more().groups.outside}</p>
              <p class="outside" role="status">{sentence()}</p>
              <GroupDoor session={props.session} group={group()} attempt={props.attempt} />
              <FormError text={props.problem} />
            </div>
          </div>
        )}
      </Match>
      <Match when={status() === 'removed'}>
        <Blank
          title={cause() === 'deleted' ? more().groups.deletedTitle : more().groups.leftTitle}
          text={goneText()}
          action={text().frame.browse}
          onAction={browse}
        />
      </Match>
      <Match when={status() === 'not here'}>
        <Blank text={more().groups.notHere} action={text().frame.browse} onAction={browse} />
      </Match>
      <Match when={status() === 'failed'}>
        <Blank title={more().groups.failedTitle} text={more().groups.failed} action={text().tryAgain} onAction={() => void home.open()} />
      </Match>
    </Switch>
  );
}
