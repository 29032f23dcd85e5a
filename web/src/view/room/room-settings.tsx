import { createSignal } from 'solid-js';
import type { Room } from '../../model/types.ts';
import type { Session } from '../../link/session.ts';
import { Dialog } from '../parts/dialog.tsx';
import { checkCapacity, checkName, DialogForm } from '../parts/dialog-form.tsx';
import { Field } from '../parts/field.tsx';
import { more } from '../state.ts';
import { roomCall } from './room-call.ts';

/** What the owner decides about a room. Only what was changed is sent. */
export function RoomSettings(props: { session: Session; room: Room; onClose: () => void }) {
  const before = props.room;
  const capacityBefore = before.capacity ?? 0;
  const [name, setName] = createSignal(before.name);
  const [topic, setTopic] = createSignal(before.topic);
  const [capacity, setCapacity] = createSignal(capacityBefore ? String(capacityBefore) : '');
  const save = async (): Promise<void> => {
    await roomCall(props.session, 'update', before.id, {
      ...(name().trim() === before.name ? {} : { name: name().trim() }),
      ...(topic().trim() === before.topic ? {} : { topic: topic().trim() }),
      ...(Number(capacity()) === capacityBefore ? {} : { capacity: Number(capacity()) }),
    });
    props.onClose();
  };
  return (
    <Dialog title={more().menu.settings} onClose={props.onClose}>
      <DialogForm
        label={more().menu.save}
        fields={['name', 'topic', 'capacity']}
        check={() => ({ ...checkName(name()), ...checkCapacity(capacity()) })}
        act={save}
        onClose={props.onClose}
      >
        {(errors) => (
          <>
            <Field label={more().create.name} name="room-name" value={name()} onInput={setName} error={errors()['name']} />
            <Field label={more().create.topic} name="room-topic" value={topic()} onInput={setTopic} error={errors()['topic']} hint={more().create.topicHint} />
            <Field label={more().menu.capacity} name="capacity" value={capacity()} onInput={setCapacity} error={errors()['capacity']} hint={more().menu.capacityHint} />
          </>
        )}
      </DialogForm>
    </Dialog>
  );
}
