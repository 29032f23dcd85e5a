import { Match, onCleanup, Switch } from 'solid-js';
import type { Group } from '../../model/types.ts';
import { groupsOf } from '../../link/groups.ts';
import type { Session } from '../../link/session.ts';
import { State } from '../parts/entry.tsx';
import { go, more, useChanges } from '../state.ts';

interface GroupDoorProps {
  session: Session;
  group: Group;
  /** Runs it, and shows what went wrong. */
  attempt: (what: () => Promise<void>) => Promise<void>;
}

/** The way into a group: it follows the events, so that an approval arrives by itself. */
export function GroupDoor(props: GroupDoorProps) {
  const groups = groupsOf(props.session);
  const changed = useChanges(props.session.changes, onCleanup);
  const joined = () => {
    changed();
    return groups.get(props.group.id) !== undefined;
  };
  const asked = () => {
    changed();
    return groups.asked.get(props.group.id) !== undefined;
  };
  const join = (): void => {
    const { id } = props.group;
    void props.attempt(async () => {
      await groups.join(id);
      if (groups.get(id)) go({ page: 'group', group: id });
    });
  };
  return (
    <Switch
      fallback={
        <button class="button" type="button" aria-label={more().directory.joinNamed(props.group.name)} onClick={join}>
          {more().directory.join}
        </button>
      }
    >
      <Match when={joined()}><State icon="check" text={more().directory.joined} /></Match>
      <Match when={asked()}>
        <button
          class="button"
          type="button"
          aria-label={more().groups.withdrawNamed(props.group.name)}
          onClick={() => void props.attempt(() => groups.withdraw(props.group.id))}
        >
          {more().groups.withdraw}
        </button>
      </Match>
      <Match when={props.group.join_mode === 'approval'}>
        <button class="button" type="button" aria-label={more().groups.askNamed(props.group.name)} onClick={join}>
          {more().groups.ask}
        </button>
      </Match>
    </Switch>
  );
}
