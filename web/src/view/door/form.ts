import type { Fault } from '../../model/fault.ts';
import type { Account } from '../../link/rest.ts';
import { createForm, type FieldErrors } from '../parts/form.ts';
import { enter, more } from '../state.ts';

const handlePattern = /^[a-z0-9._-]{2,32}$/;
const passwordMin = 8;
const nameMax = 64;

/** One form of the door. Whoever may not come in has the focus where something is wrong. */
export function createDoorForm() {
  const { submit, ...form } = createForm(fieldErrors);
  return {
    ...form,
    submit: async (found: FieldErrors, ask: () => Promise<Account>, element: HTMLFormElement): Promise<void> => {
      await submit(found, async () => enter(await ask()));
      focusFirstError(element);
    },
  };
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
