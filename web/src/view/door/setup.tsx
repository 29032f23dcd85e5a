import { createSignal, Show } from 'solid-js';
import type { Fault } from '../../model/fault.ts';
import { setUp, type NewPerson } from '../../link/rest.ts';
import { go, text } from '../state.ts';
import { DoorFrame } from './door.tsx';
import { PersonForm } from './person-form.tsx';

/** The one-time link. Its token stands behind `#`, so no log of a server or proxy has it. */
export function Setup(props: { token: string }) {
  const [done, setDone] = createSignal(false);
  const ask = async (person: NewPerson) => {
    try {
      return await setUp(props.token, person);
    } catch (error) {
      if ((error as Fault).code === 'gone') setDone(true);
      throw error;
    }
  };
  const blocked = () =>
    done() ? text().door.setupDone : props.token === '' ? text().door.setupNoToken : '';
  return (
    <DoorFrame title={text().door.setupTitle} lead={text().door.setupLead}>
      <Show when={blocked()} fallback={<PersonForm act={text().door.setup} ask={ask} />}>
        <p role="alert">{blocked()}</p>
        <button class="button tall" type="button" onClick={() => go({ page: 'sign-in' })}>
          {text().door.signIn}
        </button>
      </Show>
    </DoorFrame>
  );
}
