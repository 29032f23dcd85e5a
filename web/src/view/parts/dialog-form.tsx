import type { JSX } from 'solid-js';
import '../../style/form.css';
import { more, text } from '../state.ts';
import { createForm, type FieldErrors } from './form.ts';
import { FormError } from './form-error.tsx';

interface DialogFormProps {
  /** Of the button that sends it. */
  label: string;
  /** The fields that can show what is wrong with them. */
  fields: readonly string[];
  check: () => FieldErrors;
  act: () => Promise<void>;
  onClose: () => void;
  children: (errors: () => FieldErrors) => JSX.Element;
}

/** A form in a dialog: it is sent, or the dialog is left. */
export function DialogForm(props: DialogFormProps) {
  const form = createForm(({ field }) => {
    const sentence = props.fields.includes(field) ? more().forms[`${field}_form`] : undefined;
    return sentence ? { [field]: sentence } : {};
  });
  return (
    <form
      class="form"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        if (!form.busy()) void form.submit(props.check(), props.act);
      }}
    >
      {props.children(form.errors)}
      <FormError text={form.problem()} />
      <div class="dialog-acts">
        <button class="button" type="button" onClick={() => props.onClose()}>{text().cancel}</button>
        <button class="button main-act" type="submit" aria-disabled={form.busy()}>{props.label}</button>
      </div>
    </form>
  );
}

/** A name must be there. */
export function checkName(name: string): FieldErrors {
  return name.trim() ? {} : { name: more().forms['missing'] ?? '' };
}

/** A whole number, or nothing. */
export function checkCapacity(capacity: string): FieldErrors {
  return /^\d{0,9}$/.test(capacity.trim()) ? {} : { capacity: more().forms['capacity_form'] ?? '' };
}
