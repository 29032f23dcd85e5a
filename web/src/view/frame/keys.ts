import { onCleanup, type Accessor } from 'solid-js';
import type { DialogName } from './inside.tsx';
import { placeRows } from './side.tsx';

interface KeyPorts {
  readonly openRoom: Accessor<string | undefined>;
  readonly dialog: Accessor<DialogName | undefined>;
  readonly open: (name: DialogName) => void;
}

/** The shortcuts that hold everywhere. None of them takes a letter away from somebody who writes. */
export function createKeys(ports: KeyPorts): void {
  const pressed = (event: KeyboardEvent): void => {
    if (event.isComposing || ports.dialog() || document.querySelector('dialog[open]')) return;
    const command = event.ctrlKey || event.metaKey;
    if (command && event.key.toLowerCase() === 'k') {
      event.preventDefault();
      ports.open('switcher');
    } else if (event.altKey && (event.key === 'ArrowUp' || event.key === 'ArrowDown')) {
      event.preventDefault();
      step(ports, event.key === 'ArrowUp' ? -1 : 1);
    } else if (event.key === '?' && !writes(event.target)) {
      event.preventDefault();
      ports.open('shortcuts');
    } else if (printable(event) && !writes(event.target) && !onControl(event.target)) {
      // Typing finds its box. On touch devices there is no such key without a focused field.
      document.querySelector<HTMLTextAreaElement>('.write textarea')?.focus();
    }
  };
  document.addEventListener('keydown', pressed);
  onCleanup(() => document.removeEventListener('keydown', pressed));
}

function step(ports: KeyPorts, by: number): void {
  const rooms = placeRows().filter((row) => row.id.startsWith('/room/'));
  const index = rooms.findIndex((row) => row.id === `/room/${ports.openRoom()}`);
  rooms[(Math.max(index, by < 0 ? 0 : -1) + by + rooms.length) % rooms.length]?.click();
}

function printable(event: KeyboardEvent): boolean {
  return event.key.length === 1 && event.key !== ' ' && !event.ctrlKey && !event.metaKey && !event.altKey;
}

function writes(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.matches('input, textarea, [contenteditable]');
}

/** Rows have letters of their own, and a list is searched by typing. */
function onControl(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.closest('.row, [role="listbox"], button, a') !== null;
}
