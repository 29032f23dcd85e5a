import { For } from 'solid-js';
import '../../style/choice.css';

interface ChoiceProps {
  label: string;
  /** For ears only, where what is chosen from says it all. */
  quiet?: boolean;
  name: string;
  value: string;
  options: ReadonlyArray<readonly [string, string]>;
  onChange: (value: string) => void;
}

/** A few words side by side, one of which holds. */
export function Choice(props: ChoiceProps) {
  return (
    <fieldset>
      <legend classList={{ hush: props.quiet ?? false }}>{props.label}</legend>
      <div class="choices">
        <For each={props.options}>
          {([value, label]) => (
            <label class="choice">
              <input type="radio" name={props.name} value={value} checked={props.value === value} onChange={() => props.onChange(value)} />
              {label}
            </label>
          )}
        </For>
      </div>
    </fieldset>
  );
}
