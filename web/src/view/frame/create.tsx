import { createSignal, Show } from 'solid-js';
import type { Session } from '../../link/session.ts';
import { Choice } from '../parts/choice.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { more } from '../state.ts';
import { GroupForm } from './create-group.tsx';
import { RoomForm } from './create-room.tsx';

/** One button leads to a new room and to a new group. */
export function Create(props: { session: Session; kind: 'room' | 'group'; onClose: () => void }) {
  const [kind, setKind] = createSignal(props.kind);
  return (
    <Dialog title={kind() === 'room' ? more().create.title : more().groups.newGroup} onClose={props.onClose}>
      <Choice
        quiet
        label={more().create.kind}
        name="kind"
        value={kind()}
        options={[['room', more().create.room], ['group', more().create.group]]}
        onChange={(value) => setKind(value as 'room' | 'group')}
      />
      <Show when={kind() === 'room'} fallback={<GroupForm session={props.session} onClose={props.onClose} />}>
        <RoomForm session={props.session} onClose={props.onClose} />
      </Show>
    </Dialog>
  );
}
