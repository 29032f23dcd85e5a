import { For } from 'solid-js';
import { CloseRow, Dialog } from '../parts/dialog.tsx';
import { more } from '../state.ts';

export function Shortcuts(props: { onClose: () => void }) {
  return (
    <Dialog title={more().shortcuts.title} onClose={props.onClose}>
      <dl class="keys">
        <For each={more().shortcuts.rows}>
          {([keys, meaning]) => <><dt><kbd>{keys}</kbd></dt><dd>{meaning}</dd></>}
        </For>
      </dl>
      <CloseRow onClose={props.onClose} />
    </Dialog>
  );
}
