import { createSignal } from 'solid-js';
import type { Account, NewPerson } from '../../link/rest.ts';
import { Field } from '../parts/field.tsx';
import { FormError } from '../parts/form-error.tsx';
import { more } from '../state.ts';
import { checkPerson, createDoorForm } from './form.ts';

/** Name, handle and password of somebody new: for the first administrator and for everybody else. */
export function PersonForm(props: { act: string; ask: (person: NewPerson) => Promise<Account> }) {
  const [name, setName] = createSignal('');
  const [handle, setHandle] = createSignal('');
  const [password, setPassword] = createSignal('');
  const form = createDoorForm();
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const person = {
      display_name: name().trim(),
      handle: handle().trim().toLowerCase(),
      password: password(),
    };
    void form.submit(
      checkPerson(person.handle, person.display_name, person.password),
      () => props.ask(person),
      event.currentTarget as HTMLFormElement,
    );
  };
  return (
    <form class="form" noValidate onSubmit={submit}>
      <Field label={more().door.yourName} name="name" autocomplete="name" value={name()} onInput={setName} error={form.errors()['display_name']} autofocus />
      <Field label={more().door.handle} name="username" autocomplete="username" value={handle()} onInput={setHandle} error={form.errors()['handle']} hint={more().door.handleHint} />
      <Field label={more().door.password} name="password" autocomplete="new-password" secret value={password()} onInput={setPassword} error={form.errors()['password']} hint={more().door.passwordHint} />
      <FormError text={form.problem()} />
      <button class="button main-act tall" type="submit" aria-disabled={form.busy()}>{props.act}</button>
    </form>
  );
}
