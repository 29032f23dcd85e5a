import { Match, Switch } from 'solid-js';
import type { TalkStatus } from '../../link/talk.ts';
import { Blank } from '../frame/head.tsx';
import { go, more, text } from '../state.ts';

interface ClosedProps {
  status: TalkStatus;
  name: string;
  join: () => void;
  again: () => void;
}

/** What stands in place of the log of a room that cannot be read. */
export default function Closed(props: ClosedProps) {
  const browse = (): void => go({ page: 'rooms' });
  return (
    <Switch>
      <Match when={props.status === 'not a member'}>
        <Blank title={more().closed.notMemberTitle(props.name)} text={more().closed.notMember} action={more().closed.join} onAction={props.join} />
      </Match>
      <Match when={props.status === 'deleted'}>
        <Blank title={more().closed.deletedTitle} text={more().closed.deleted} action={text().frame.browse} onAction={browse} />
      </Match>
      <Match when={props.status === 'removed'}>
        <Blank title={more().closed.removedTitle} text={more().closed.removed} action={text().frame.browse} onAction={browse} />
      </Match>
      <Match when={props.status === 'not here'}>
        <Blank text={more().closed.notHere} action={text().frame.browse} onAction={browse} />
      </Match>
      <Match when={props.status === 'failed'}>
        <Blank title={more().closed.failedTitle} text={more().closed.failed} action={text().tryAgain} onAction={props.again} />
      </Match>
    </Switch>
  );
}
