import { Show } from 'solid-js';
import { register, type WaysIn } from '../../link/rest.ts';
import { go, text } from '../state.ts';
import { DoorFrame } from './door.tsx';
import { PersonForm } from './person-form.tsx';

export function Register(props: { waysIn: WaysIn }) {
  return (
    <DoorFrame title={text().door.registerTitle} lead={text().door.registerLead}>
      <Show when={props.waysIn.registration === 'open'} fallback={<p>{text().door.registerClosed}</p>}>
        <PersonForm act={text().door.register} ask={register} />
      </Show>
      <p class="foot">
        {text().door.haveAccount}{' '}
        <a class="link" href="/sign-in" onClick={(event) => { event.preventDefault(); go({ page: 'sign-in' }); }}>
          {text().door.signIn}
        </a>
      </p>
    </DoorFrame>
  );
}
