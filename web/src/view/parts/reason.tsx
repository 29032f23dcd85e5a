import { createSignal } from 'solid-js';
import { more, text } from '../state.ts';
import { Dialog } from './dialog.tsx';
import { Field } from './field.tsx';

interface ReasonProps {
  title: string;
  text: string;
  act: string;
  onAct: (reason: string) => void;
  onClose: () => void;
}

/** Something is done to somebody, who may be told why. */
export function ReasonDialog(props: ReasonProps) {
  const [reason, setReason] = createSignal('');
  return (
    <Dialog title={props.title} onClose={props.onClose}>
      <p class="dialog-text">{props.text}</p>
      <form
        class="form"
        onSubmit={(event) => {
          event.preventDefault();
          props.onAct(reason().trim());
        }}
      >
        <Field label={more().members.reason} name="reason" value={reason()} onInput={setReason} hint={more().members.reasonHint} />
        <div class="dialog-acts">
          <button class="button" type="button" onClick={() => props.onClose()}>{text().cancel}</button>
          <button class="button bad" type="submit">{props.act}</button>
        </div>
      </form>
    </Dialog>
  );
}
