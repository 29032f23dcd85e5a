import { createSignal } from 'solid-js';
import { newNonce } from '../../model/outbox.ts';
import type { GroupId } from '../../model/types.ts';
import type { Session } from '../../link/session.ts';
import { checkName, DialogForm } from '../parts/dialog-form.tsx';
import { Field } from '../parts/field.tsx';
import { go, more } from '../state.ts';

interface RoomFormProps {
  session: Session;
  /** The group that it is made in. */
  group?: GroupId;
  onClose: () => void;
}

export function RoomForm(props: RoomFormProps) {
  const [name, setName] = createSignal('');
  const [topic, setTopic] = createSignal('');
  // One nonce for all attempts of this dialog: a repeated answer makes no second room.
  let nonce = newNonce();
  const change = (set: (value: string) => void) => (value: string) => {
    nonce = newNonce();
    set(value);
  };
  const create = async (): Promise<void> => {
    const room = await props.session.createRoom(name().trim(), topic().trim(), props.group, nonce);
    props.onClose();
    go({ page: 'room', room: room.id });
  };
  return (
    <DialogForm
      label={more().create.create}
      fields={['name']}
      check={() => checkName(name())}
      act={create}
      onClose={props.onClose}
    >
      {(errors) => (
        <>
          <Field label={more().create.name} name="room-name" value={name()} onInput={change(setName)} error={errors()['name']} autofocus />
          <Field label={more().create.topic} name="room-topic" value={topic()} onInput={change(setTopic)} hint={more().create.topicHint} />
        </>
      )}
    </DialogForm>
  );
}
