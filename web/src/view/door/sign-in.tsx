import { createSignal, Show } from 'solid-js';
import { signIn, type WaysIn } from '../../link/rest.ts';
import { Field } from '../parts/field.tsx';
import { FormError } from '../parts/form-error.tsx';
import { go, text } from '../state.ts';
import { DoorFrame } from './door.tsx';
import { checkCredentials, createDoorForm } from './form.ts';

export function SignIn(props: { waysIn: WaysIn; signedOut: boolean }) {
  const [handle, setHandle] = createSignal('');
  const [password, setPassword] = createSignal('');
  const form = createDoorForm();
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const person = { handle: handle().trim().toLowerCase(), password: password() };
    void form.submit(
      checkCredentials(person.handle, person.password),
      () => signIn(person),
      event.currentTarget as HTMLFormElement,
    );
  };
  return (
    <DoorFrame
      title={text().door.signInTitle}
      lead={props.signedOut ? text().door.signedOut : text().door.signInLead}
    >
      <form class="form" noValidate onSubmit={submit}>
        <Field label={text().door.handle} name="username" autocomplete="username" value={handle()} onInput={setHandle} error={form.errors()['handle']} autofocus />
        <Field label={text().door.password} name="password" autocomplete="current-password" secret value={password()} onInput={setPassword} error={form.errors()['password']} />
        <FormError text={form.problem()} />
        <button class="button main-act tall" type="submit" aria-disabled={form.busy()}>
          {form.busy() ? text().door.signingIn : text().door.signIn}
        </button>
      </form>
      <p class="foot">
        <Show
          when={!props.waysIn.setup}
          fallback={text().door.noAdminYet}
        >
          <Show when={props.waysIn.registration === 'open'} fallback={text().door.closedToNew}>
            {text().door.newHere}{' '}
            <a class="link" href="/register" onClick={(event) => { event.preventDefault(); go({ page: 'register' }); }}>
              {text().door.makeAccount}
            </a>
          </Show>
        </Show>
      </p>
    </DoorFrame>
  );
}
