import { createSignal } from 'solid-js';
import '../../style/form.css';
import type { Fault } from '../../model/fault.ts';
import type { Room } from '../../model/types.ts';
import type { Session } from '../../link/session.ts';
import { Dialog } from '../parts/dialog.tsx';
import { Field } from '../parts/field.tsx';
import { FormError } from '../parts/form-error.tsx';
import { faultText, more, text } from '../state.ts';
import { roomCall } from './room-call.ts';

/** What the owner decides about a room. Only what was changed is sent. */
export function RoomSettings(props: { session: Session; room: Room; onClose: () => void }) {
  const before = props.room;
  const capacityBefore = before.capacity ?? 0;
  const [name, setName] = createSignal(before.name);
  const [topic, setTopic] = createSignal(before.topic);
  const [capacity, setCapacity] = createSignal(capacityBefore ? String(capacityBefore) : '');
  const [errors, setErrors] = createSignal<Readonly<Record<string, string>>>({});
  const [problem, setProblem] = createSignal('');
  const [busy, setBusy] = createSignal(false);
  const submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    if (busy()) return;
    setProblem('');
    const faults = more().forms;
    setErrors({
      ...(name().trim() ? {} : { name: faults['missing'] ?? '' }),
      ...(/^\d{0,9}$/.test(capacity().trim()) ? {} : { capacity: faults['capacity_form'] ?? '' }),
    });
    if (Object.keys(errors()).length > 0) return;
    setBusy(true);
    try {
      await roomCall(props.session, 'update', before.id, {
        ...(name().trim() === before.name ? {} : { name: name().trim() }),
        ...(topic().trim() === before.topic ? {} : { topic: topic().trim() }),
        ...(Number(capacity()) === capacityBefore ? {} : { capacity: Number(capacity()) }),
      });
      props.onClose();
    } catch (error) {
      const fault = error as Fault;
      const sentence = faults[`${fault.field}_form`];
      if (sentence) setErrors({ [fault.field]: sentence });
      else setProblem(faultText(fault));
    } finally {
      setBusy(false);
    }
  };
  return (
    <Dialog title={more().menu.settings} onClose={props.onClose}>
      <form class="form" noValidate onSubmit={(event) => void submit(event)}>
        <Field label={more().create.name} name="room-name" value={name()} onInput={setName} error={errors()['name']} />
        <Field label={more().create.topic} name="room-topic" value={topic()} onInput={setTopic} error={errors()['topic']} hint={more().create.topicHint} />
        <Field label={more().menu.capacity} name="capacity" value={capacity()} onInput={setCapacity} error={errors()['capacity']} hint={more().menu.capacityHint} />
        <FormError text={problem()} />
        <div class="dialog-acts">
          <button class="button" type="button" onClick={() => props.onClose()}>{text().cancel}</button>
          <button class="button main-act" type="submit" aria-disabled={busy()}>{more().menu.save}</button>
        </div>
      </form>
    </Dialog>
  );
}
