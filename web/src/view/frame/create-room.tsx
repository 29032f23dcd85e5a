import { createSignal } from 'solid-js';
import type { Fault } from '../../model/fault.ts';
import { newNonce } from '../../model/outbox.ts';
import type { GroupId } from '../../model/types.ts';
import type { Session } from '../../link/session.ts';
import { Field } from '../parts/field.tsx';
import { FormError } from '../parts/form-error.tsx';
import { faultText, go, more, text } from '../state.ts';

interface RoomFormProps {
  session: Session;
  /** The group that it is made in. */
  group?: GroupId;
  onClose: () => void;
}

export function RoomForm(props: RoomFormProps) {
  const [name, setName] = createSignal('');
  const [topic, setTopic] = createSignal('');
  const [problem, setProblem] = createSignal('');
  const [nameError, setNameError] = createSignal('');
  const [busy, setBusy] = createSignal(false);
  // One nonce for all attempts of this dialog: a repeated answer makes no second room.
  let nonce = newNonce();
  const change = (set: (value: string) => void) => (value: string) => {
    nonce = newNonce();
    set(value);
  };
  const submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    if (busy()) return;
    setProblem('');
    setNameError(name().trim() ? '' : (more().forms['missing'] ?? ''));
    if (nameError()) return;
    setBusy(true);
    try {
      const room = await props.session.createRoom(name().trim(), topic().trim(), props.group, nonce);
      props.onClose();
      go({ page: 'room', room: room.id });
    } catch (error) {
      const fault = error as Fault;
      if (fault.field === 'name') setNameError(more().forms['name_form'] ?? '');
      else setProblem(faultText(fault));
    } finally {
      setBusy(false);
    }
  };
  return (
    <form class="form" noValidate onSubmit={(event) => void submit(event)}>
      <Field label={more().create.name} name="room-name" value={name()} onInput={change(setName)} error={nameError()} autofocus />
      <Field label={more().create.topic} name="room-topic" value={topic()} onInput={change(setTopic)} hint={more().create.topicHint} />
      <FormError text={problem()} />
      <div class="dialog-acts">
        <button class="button" type="button" onClick={() => props.onClose()}>{text().cancel}</button>
        <button class="button main-act" type="submit" aria-disabled={busy()}>{more().create.create}</button>
      </div>
    </form>
  );
}
