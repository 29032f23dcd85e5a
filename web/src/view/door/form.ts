import { createSignal } from 'solid-js';
import type { Fault } from '../../model/fault.ts';
import type { Account } from '../../link/rest.ts';
import { enter, faultText, more } from '../state.ts';

/** Names of the form's fields as the server knows them. */
export type FieldErrors = Readonly<Record<string, string>>;

const handlePattern = /^[a-z0-9._-]{2,32}$/;
const passwordMin = 8;
const nameMax = 64;

/** One form of the door: what is checked here, what the server says, and that it is under way. */
export function createDoorForm() {
  const [errors, setErrors] = createSignal<FieldErrors>({});
  const [problem, setProblem] = createSignal('');
  const [busy, setBusy] = createSignal(false);

  const submit = async (found: FieldErrors, ask: () => Promise<Account>, form: HTMLFormElement): Promise<void> => {
    setProblem('');
    setErrors(found);
    if (Object.keys(found).length > 0) {
      focusFirstError(form);
      return;
    }
    setBusy(true);
    try {
      await enter(await ask());
    } catch (error) {
      const fault = error as Fault;
      setErrors(fieldErrors(fault));
      if (Object.keys(errors()).length === 0) setProblem(faultText(fault));
      focusFirstError(form);
    } finally {
      setBusy(false);
    }
  };
  return { errors, problem, busy, submit };
}

export function checkPerson(handle: string, name: string, password: string): FieldErrors {
  const faults = more().forms;
  const found: Record<string, string> = {};
  const points = Array.from(name.trim()).length;
  if (points === 0 || points > nameMax) found['display_name'] = faults['name_form'] ?? '';
  if (!handlePattern.test(handle)) found['handle'] = faults['handle_form'] ?? '';
  if (Array.from(password).length < passwordMin) found['password'] = faults['password_form'] ?? '';
  return found;
}

export function checkCredentials(handle: string, password: string): FieldErrors {
  const missing = more().forms['missing'] ?? '';
  return { ...(handle ? {} : { handle: missing }), ...(password ? {} : { password: missing }) };
}

/** What the server says about a field stands beside it, in the page's language. */
function fieldErrors(fault: Fault): FieldErrors {
  const faults = more().forms;
  if (fault.code === 'already') return { handle: faults['handle_taken'] ?? '' };
  if (fault.code === 'unauthorized') return { password: faults['wrong_credentials'] ?? '' };
  const forms: Record<string, string> = { handle: 'handle_form', display_name: 'name_form', password: 'password_form' };
  const found: Record<string, string> = {};
  for (const [field, sentence] of Object.entries(fault.fields)) {
    const known = /common/.test(sentence) ? 'password_common' : forms[field];
    if (field in forms) found[field] = faults[known as string] ?? sentence;
  }
  if (Object.keys(found).length === 0 && fault.code === 'bad_request' && fault.field in forms) {
    found[fault.field] = faults[forms[fault.field] as string] ?? '';
  }
  return found;
}

function focusFirstError(form: HTMLFormElement): void {
  queueMicrotask(() => form.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus());
}
