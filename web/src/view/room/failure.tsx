import { Show } from 'solid-js';
import type { MessageRow } from '../../model/rows.ts';
import { faultWords, more, text } from '../state.ts';
import type { RowActions } from './row.tsx';

/** Why an own message did not leave, and what can be done with it. */
export default function Failure(props: { row: MessageRow; actions: RowActions }) {
  const refused = () => props.row.state === 'refused';
  const reason = () => faultWords(props.row.reason) ?? '';
  return (
    <p class="status">
      <span>{more().failure.notSent} {refused() ? reason() : ''}</span>
      <button class="act" type="button" onClick={() => props.actions.retry(props.row.nonce)}>{text().tryAgain}</button>
      <Show when={refused()}>
        <button class="act" type="button" onClick={() => props.actions.putBack(props.row.nonce)}>{more().failure.putBack}</button>
      </Show>
      <button class="act" type="button" onClick={() => props.actions.discard(props.row.nonce)}>{more().failure.discard}</button>
    </p>
  );
}
