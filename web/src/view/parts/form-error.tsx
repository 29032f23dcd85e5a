import { Show } from 'solid-js';
import { Icon } from './icons.tsx';

/** What is wrong with a form as a whole. Present from the start, so that its text is announced. */
export function FormError(props: { text: string }) {
  return (
    <div role="alert">
      <Show when={props.text}>
        <p class="error"><Icon name="alert" small /><span>{props.text}</span></p>
      </Show>
    </div>
  );
}
