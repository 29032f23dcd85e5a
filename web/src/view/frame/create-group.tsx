import { createSignal } from 'solid-js';
import type { Fault } from '../../model/fault.ts';
import { newNonce } from '../../model/outbox.ts';
import type { Group } from '../../model/types.ts';
import { groupsOf } from '../../link/groups.ts';
import type { Session } from '../../link/session.ts';
import { Choice } from '../parts/choice.tsx';
import { Field } from '../parts/field.tsx';
import { FormError } from '../parts/form-error.tsx';
import { faultText, go, more, text } from '../state.ts';

export function GroupForm(props: { session: Session; onClose: () => void }) {
  const [name, setName] = createSignal('');
  const [description, setDescription] = createSignal('');
  const [mode, setMode] = createSignal<Group['join_mode']>('open');
  const [problem, setProblem] = createSignal('');
  const [errors, setErrors] = createSignal<Readonly<Record<string, string>>>({});
  const [busy, setBusy] = createSignal(false);
  // One nonce for all attempts of this dialog: a repeated answer founds no second group.
  let nonce = newNonce();
  const change = (set: (value: string) => void) => (value: string) => {
    nonce = newNonce();
    set(value);
  };
  const submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    if (busy()) return;
    setProblem('');
    const faults = more().forms;
    setErrors(name().trim() ? {} : { name: faults['missing'] ?? '' });
    if (!name().trim()) return;
    setBusy(true);
    try {
      const plan = { name: name().trim(), description: description().trim(), join_mode: mode() };
      const group = await groupsOf(props.session).found(plan, nonce);
      props.onClose();
      go({ page: 'group', group: group.id });
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
    <form class="form" noValidate onSubmit={(event) => void submit(event)}>
      <Field label={more().create.name} name="group-name" value={name()} onInput={change(setName)} error={errors()['name']} autofocus />
      <Field label={more().groups.description} name="group-description" value={description()} onInput={change(setDescription)} error={errors()['description']} hint={more().groups.descriptionHint} lines={3} />
      <Choice
        label={more().groups.joinMode}
        name="join-mode"
        value={mode()}
        options={[['open', more().groups.open], ['approval', more().groups.approval]]}
        onChange={change((value) => setMode(value as Group['join_mode']))}
      />
      <FormError text={problem()} />
      <div class="dialog-acts">
        <button class="button" type="button" onClick={() => props.onClose()}>{text().cancel}</button>
        <button class="button main-act" type="submit" aria-disabled={busy()}>{more().groups.create}</button>
      </div>
    </form>
  );
}
