import { createSignal } from 'solid-js';
import type { Fault } from '../../model/fault.ts';
import { faultText } from '../state.ts';

/** What is tried on a screen, and what the server says of what it last refused. */
export function createAttempt() {
  const [problem, setProblem] = createSignal('');
  const attempt = async (what: () => Promise<void>): Promise<void> => {
    setProblem('');
    try {
      await what();
    } catch (error) {
      setProblem(faultText(error as Fault));
    }
  };
  return { problem, setProblem, attempt };
}
