import { createSignal, createUniqueId, Show } from 'solid-js';
import '../../style/form.css';
import { more } from '../state.ts';
import { Icon } from './icons.tsx';

interface FieldProps {
  label: string;
  name: string;
  value: string;
  onInput: (value: string) => void;
  error?: string | undefined;
  hint?: string;
  autocomplete?: string;
  secret?: boolean;
  /** More than one line can be written. */
  lines?: number;
  autofocus?: boolean;
}

/** A label, its input, and what is to be said about it, tied together for every reader. */
export function Field(props: FieldProps) {
  const id = createUniqueId();
  const [shown, setShown] = createSignal(false);
  const described = () => (props.error ? `${id}-error` : props.hint ? `${id}-hint` : undefined);
  const input = () => (
    <input
      class="input"
      id={id}
      name={props.name}
      type={props.secret && !shown() ? 'password' : 'text'}
      autocomplete={props.autocomplete ?? 'off'}
      autocapitalize={props.name === 'username' ? 'none' : undefined}
      spellcheck={props.name === 'username' ? false : undefined}
      dir={props.secret ? undefined : 'auto'}
      autofocus={props.autofocus}
      value={props.value}
      onInput={(event) => props.onInput(event.currentTarget.value)}
      aria-invalid={props.error ? 'true' : undefined}
      aria-describedby={described()}
    />
  );
  const area = () => (
    <textarea
      class="input"
      id={id}
      name={props.name}
      rows={props.lines}
      dir="auto"
      value={props.value}
      onInput={(event) => props.onInput(event.currentTarget.value)}
      aria-invalid={props.error ? 'true' : undefined}
      aria-describedby={described()}
    />
  );
  const toggle = () => (shown() ? more().door.hidePassword : more().door.showPassword);
  return (
    <div>
      <label for={id}>{props.label}</label>
      <Show when={props.secret} fallback={props.lines ? area() : input()}>
        <div class="with">
          {input()}
          <button
            class="tool"
            type="button"
            aria-label={toggle()}
            title={toggle()}
            aria-pressed={shown()}
            onClick={() => setShown(!shown())}
          >
            <Icon name="eye" />
          </button>
        </div>
      </Show>
      <Show
        when={props.error}
        fallback={<Show when={props.hint}><p class="hint" id={`${id}-hint`}>{props.hint}</p></Show>}
      >
        <p class="error" id={`${id}-error`}><Icon name="alert" small /><span>{props.error}</span></p>
      </Show>
    </div>
  );
}
