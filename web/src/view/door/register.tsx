import { Show } from 'solid-js';
import { register, type WaysIn } from '../../link/rest.ts';
import { go, more } from '../state.ts';
import { DoorFrame } from './door.tsx';
import { PersonForm } from './person-form.tsx';

export function Register(props: { waysIn: WaysIn }) {
  return (
    <DoorFrame title={more().door.registerTitle} lead={more().door.registerLead}>
      <Show when={props.waysIn.registration === 'open'} fallback={<p>{more().door.registerClosed}</p>}>
        <PersonForm act={more().door.register} ask={register} />
      </Show>
      <p class="foot">
        {more().door.haveAccount}{' '}
        <a class="link" href="/sign-in" onClick={(event) => { event.preventDefault(); go({ page: 'sign-in' }); }}>
          {more().door.signIn}
        </a>
      </p>
    </DoorFrame>
  );
}
