import { createSignal } from 'solid-js';
import { newNonce } from '../../model/outbox.ts';
import type { Group } from '../../model/types.ts';
import { groupsOf } from '../../link/groups.ts';
import type { Session } from '../../link/session.ts';
import { Choice } from '../parts/choice.tsx';
import { checkName, DialogForm } from '../parts/dialog-form.tsx';
import { Field } from '../parts/field.tsx';
import { go, more } from '../state.ts';

export function GroupForm(props: { session: Session; onClose: () => void }) {
  const [name, setName] = createSignal('');
  const [description, setDescription] = createSignal('');
  const [mode, setMode] = createSignal<Group['join_mode']>('open');
  // One nonce for all attempts of this dialog: a repeated answer founds no second group.
  let nonce = newNonce();
  const change = (set: (value: string) => void) => (value: string) => {
    nonce = newNonce();
    set(value);
  };
  const found = async (): Promise<void> => {
    const plan = { name: name().trim(), description: description().trim(), join_mode: mode() };
    const group = await groupsOf(props.session).found(plan, nonce);
    props.onClose();
    go({ page: 'group', group: group.id });
  };
  return (
    <DialogForm
      label={more().groups.create}
      fields={['name', 'description']}
      check={() => checkName(name())}
      act={found}
      onClose={props.onClose}
    >
      {(errors) => (
        <>
          <Field label={more().create.name} name="group-name" value={name()} onInput={change(setName)} error={errors()['name']} autofocus />
          <Field label={more().groups.description} name="group-description" value={description()} onInput={change(setDescription)} error={errors()['description']} hint={more().groups.descriptionHint} lines={3} />
          <Choice
            label={more().groups.joinMode}
            name="join-mode"
            value={mode()}
            options={[['open', more().groups.open], ['approval', more().groups.approval]]}
            onChange={change((value) => setMode(value as Group['join_mode']))}
          />
        </>
      )}
    </DialogForm>
  );
}
