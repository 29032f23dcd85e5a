import { createSignal, Show } from 'solid-js';
import { signIn, type WaysIn } from '../../link/rest.ts';
import { Field } from '../parts/field.tsx';
import { FormError } from '../parts/form-error.tsx';
import { go, more } from '../state.ts';
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
      title={more().door.signInTitle}
      lead={props.signedOut ? more().door.signedOut : more().door.signInLead}
    >
      <form class="form" noValidate onSubmit={submit}>
        <Field label={more().door.handle} name="username" autocomplete="username" value={handle()} onInput={setHandle} error={form.errors()['handle']} autofocus />
        <Field label={more().door.password} name="password" autocomplete="current-password" secret value={password()} onInput={setPassword} error={form.errors()['password']} />
        <FormError text={form.problem()} />
        <button class="button main-act tall" type="submit" aria-disabled={form.busy()}>
          {form.busy() ? more().door.signingIn : more().door.signIn}
        </button>
      </form>
      <p class="foot">
        <Show
          when={!props.waysIn.setup}
          fallback={more().door.noAdminYet}
        >
          <Show when={props.waysIn.registration === 'open'} fallback={more().door.closedToNew}>
            {more().door.newHere}{' '}
            <a class="link" href="/register" onClick={(event) => { event.preventDefault(); go({ page: 'register' }); }}>
              {more().door.makeAccount}
            </a>
          </Show>
        </Show>
      </p>
    </DoorFrame>
  );
}
