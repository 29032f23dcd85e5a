import '../../style/dialog.css';
import { onCleanup, onMount, type JSX } from 'solid-js';
import { text } from '../state.ts';

interface DialogProps {
  title?: string | undefined;
  label?: string;
  class?: string;
  onClose: () => void;
  children: JSX.Element;
}

/** One dialog leads to another: the focus goes back to what opened the first. */
const openers = new WeakMap<HTMLDialogElement, Element>();

/** A native modal dialog: the browser keeps the focus inside and gives it back afterwards. */
export function Dialog(props: DialogProps) {
  let dialog!: HTMLDialogElement;
  const active = document.activeElement;
  const before = active?.closest('dialog');
  const opener = (before && openers.get(before)) ?? active;
  onMount(() => {
    if (opener) openers.set(dialog, opener);
    dialog.showModal();
  });
  onCleanup(() => {
    // While the dialog stands, nothing else can take the focus; who has it by then has gone on.
    queueMicrotask(() => {
      if (document.activeElement === document.body && opener instanceof HTMLElement) opener.focus();
    });
  });
  const clickedOutside = (event: MouseEvent): void => {
    if (event.target !== dialog) return;
    const box = dialog.getBoundingClientRect();
    const inside =
      event.clientX >= box.left && event.clientX <= box.right && event.clientY >= box.top && event.clientY <= box.bottom;
    if (!inside) props.onClose();
  };
  return (
    <dialog
      ref={dialog}
      class={props.class}
      aria-label={props.label ?? props.title}
      onClose={() => props.onClose()}
      onClick={clickedOutside}
    >
      {props.title ? <h2>{props.title}</h2> : undefined}
      {props.children}
    </dialog>
  );
}

interface ConfirmProps {
  title: string;
  text: string;
  stay: string;
  act: string;
  onStay: () => void;
  onAct: () => void;
}

/** Only where something is lost. The harmless answer has the focus. */
export function Confirm(props: ConfirmProps) {
  return (
    <Dialog title={props.title} onClose={props.onStay}>
      <p class="dialog-text">{props.text}</p>
      <div class="dialog-acts">
        <button class="button" type="button" autofocus onClick={() => props.onStay()}>{props.stay}</button>
        <button class="button bad" type="button" onClick={() => props.onAct()}>{props.act}</button>
      </div>
    </Dialog>
  );
}

export function CloseRow(props: { onClose: () => void }) {
  return (
    <div class="dialog-acts">
      <button class="button" type="button" onClick={() => props.onClose()}>{text().close}</button>
    </div>
  );
}
