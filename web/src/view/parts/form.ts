import { createSignal } from 'solid-js';
import type { Fault } from '../../model/fault.ts';
import { faultText } from '../state.ts';

/** What is wrong with fields, by their names as the server knows them. */
export type FieldErrors = Readonly<Record<string, string>>;

/**
 * What every form goes through: what was found wrong before it is sent, that it is under way, and what the server
 * refuses: said beside the fields that `atFields` names, else of the form as a whole.
 */
export function createForm(atFields: (fault: Fault) => FieldErrors) {
  const [errors, setErrors] = createSignal<FieldErrors>({});
  const [problem, setProblem] = createSignal('');
  const [busy, setBusy] = createSignal(false);

  const submit = async (found: FieldErrors, act: () => Promise<void>): Promise<void> => {
    setProblem('');
    setErrors(found);
    if (Object.keys(found).length > 0) return;
    setBusy(true);
    try {
      await act();
    } catch (error) {
      const fault = error as Fault;
      setErrors(atFields(fault));
      if (Object.keys(errors()).length === 0) setProblem(faultText(fault));
    } finally {
      setBusy(false);
    }
  };
  return { errors, problem, busy, submit };
}
