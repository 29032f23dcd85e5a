import { createSignal, For, Show } from 'solid-js';
import type { Group, RoomId } from '../../model/types.ts';
import type { GroupHome } from '../../link/group-home.ts';
import { groupsOf, type GroupPlan } from '../../link/groups.ts';
import type { Session } from '../../link/session.ts';
import { Choice } from '../parts/choice.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { checkCapacity, checkName, DialogForm } from '../parts/dialog-form.tsx';
import { Field } from '../parts/field.tsx';
import { locale, more } from '../state.ts';

interface GroupSettingsProps {
  session: Session;
  home: GroupHome;
  onClose: () => void;
}

/** What the owner decides. Only what was changed is sent. */
export function GroupSettings(props: GroupSettingsProps) {
  const { home } = props;
  const before = home.group as Group;
  const [name, setName] = createSignal(before.name);
  const [description, setDescription] = createSignal(before.description);
  const [mode, setMode] = createSignal(before.join_mode);
  const [capacity, setCapacity] = createSignal(before.capacity ? String(before.capacity) : '');
  const [entered, setEntered] = createSignal<readonly RoomId[]>(before.default_rooms ?? []);
  const collator = new Intl.Collator(locale());
  const rooms = home.rooms.all().filter((room) => room.id !== home.id && !room.archived_at).sort((a, b) => collator.compare(a.name, b.name));
  const toggle = (room: RoomId): void => {
    setEntered(entered().includes(room) ? entered().filter((id) => id !== room) : [...entered(), room]);
  };

  const changes = (): GroupPlan => ({
    ...(name().trim() === before.name ? {} : { name: name().trim() }),
    ...(description().trim() === before.description ? {} : { description: description().trim() }),
    ...(mode() === before.join_mode ? {} : { join_mode: mode() }),
    ...(Number(capacity()) === before.capacity ? {} : { capacity: Number(capacity()) }),
    ...(String(entered()) === String(before.default_rooms ?? []) ? {} : { default_rooms: entered() }),
  });
  const save = async (): Promise<void> => {
    const plan = changes();
    if (Object.keys(plan).length > 0) await groupsOf(props.session).update(home.id, plan);
    props.onClose();
  };

  return (
    <Dialog title={more().groups.settings} onClose={props.onClose}>
      <DialogForm
        label={more().groups.save}
        fields={['name', 'description', 'capacity']}
        check={() => ({ ...checkName(name()), ...checkCapacity(capacity()) })}
        act={save}
        onClose={props.onClose}
      >
        {(errors) => (
          <>
            <Field label={more().create.name} name="group-name" value={name()} onInput={setName} error={errors()['name']} />
            <Field label={more().groups.description} name="group-description" value={description()} onInput={setDescription} error={errors()['description']} lines={3} />
            <Choice
              label={more().groups.joinMode}
              name="join-mode"
              value={mode()}
              options={[['open', more().groups.open], ['approval', more().groups.approval]]}
              onChange={(value) => setMode(value as Group['join_mode'])}
            />
            <Field label={more().groups.capacity} name="capacity" value={capacity()} onInput={setCapacity} error={errors()['capacity']} hint={more().groups.capacityHint} />
            <Show when={rooms.length > 0}>
              <fieldset>
                <legend>{more().groups.defaultRooms}</legend>
                <For each={rooms}>
                  {(room) => (
                    <label class="check">
                      <input type="checkbox" checked={entered().includes(room.id)} onChange={() => toggle(room.id)} />
                      <bdi class="cut">{room.name}</bdi>
                    </label>
                  )}
                </For>
              </fieldset>
            </Show>
          </>
        )}
      </DialogForm>
    </Dialog>
  );
}
