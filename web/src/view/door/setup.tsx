import { createSignal, Show } from 'solid-js';
import type { Fault } from '../../model/fault.ts';
import { setUp, type NewPerson } from '../../link/rest.ts';
import { go, more } from '../state.ts';
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
    done() ? more().door.setupDone : props.token === '' ? more().door.setupNoToken : '';
  return (
    <DoorFrame title={more().door.setupTitle} lead={more().door.setupLead}>
      <Show when={blocked()} fallback={<PersonForm act={more().door.setup} ask={ask} />}>
        <p role="alert">{blocked()}</p>
        <button class="button tall" type="button" onClick={() => go({ page: 'sign-in' })}>
          {more().door.signIn}
        </button>
      </Show>
    </DoorFrame>
  );
}
