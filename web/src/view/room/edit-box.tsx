import { createSignal, onMount } from 'solid-js';
import '../../style/edit-box.css';
import type { MessageRow } from '../../model/rows.ts';
import { FormError } from '../parts/form-error.tsx';
import { more, text } from '../state.ts';
import { composing, growing } from './writing.ts';
import type { RowActions } from './row.tsx';

/** Editing in place. What was changed is kept like any draft until it is saved or given up. */
export default function EditBox(props: { row: MessageRow; actions: RowActions; textMax: number }) {
  let field!: HTMLTextAreaElement;
  const [problem, setProblem] = createSignal('');
  const [busy, setBusy] = createSignal(false);

  onMount(() => {
    field.value = props.actions.editDraft(props.row);
    growing(field);
    field.focus({ preventScroll: true });
    field.setSelectionRange(field.value.length, field.value.length);
    field.scrollIntoView({ block: 'nearest' });
  });

  const changed = (): boolean => field.value !== props.row.text;
  const end = (): void => {
    props.actions.endEdit();
  };
  const cancel = (): void => {
    if (changed()) props.actions.askDropEdit(props.row);
    else end();
  };
  const save = async (): Promise<void> => {
    const value = field.value.trim();
    if (busy()) return;
    if (value === '') {
      props.actions.remove(props.row);
      return;
    }
    const over = Array.from(value).length - props.textMax;
    if (over > 0) {
      setProblem(text().composer.tooLong(over));
      return;
    }
    if (value === props.row.text) {
      end();
      return;
    }
    setBusy(true);
    const failure = await props.actions.save(props.row, value);
    setBusy(false);
    if (failure) setProblem(failure);
    else end();
  };
  const pressed = (event: KeyboardEvent): void => {
    if (composing(event)) return;
    if (event.key === 'Escape') cancel();
    else if (event.key === 'Enter' && !event.shiftKey) void save();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div class="text edit-box field-box">
      <textarea
        ref={field}
        rows="1"
        dir="auto"
        aria-label={more().edit.editing}
        onKeyDown={pressed}
        onInput={() => {
          growing(field);
          props.actions.keepEditDraft(props.row, field.value);
        }}
      />
      <FormError text={problem()} />
      <div class="edit-acts">
        <span>{more().edit.editHint}</span>
        <button class="button" type="button" onClick={cancel}>{text().cancel}</button>
        <button class="button" type="button" aria-disabled={busy()} onClick={() => void save()}>{more().edit.save}</button>
      </div>
    </div>
  );
}
