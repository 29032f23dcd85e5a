import type { JSX } from 'solid-js';

// Drawn on a grid of 20 with a line of 1.5.
const shapes = {
  alert: () => <><circle cx="10" cy="10" r="6.75" /><path d="M10 6.5v3.75" /><circle class="fill" cx="10" cy="13.25" r="1" /></>,
  back: () => <path d="M12 4.5 6.5 10l5.5 5.5" />,
  bin: () => <path d="M3.75 5.75h12.5M7.75 5.5V4.5a1 1 0 0 1 1-1h2.5a1 1 0 0 1 1 1v1M5.25 5.75l.65 9.35a1.5 1.5 0 0 0 1.5 1.4h5.2a1.5 1.5 0 0 0 1.5-1.4l.65-9.35" />,
  check: () => <path d="m4.5 10.5 3.5 3.5 7.5-8" />,
  clock: () => <><circle cx="10" cy="10" r="6.75" /><path d="M10 6.25V10l2.5 1.75" /></>,
  close: () => <path d="m5.5 5.5 9 9M14.5 5.5l-9 9" />,
  cloudOff: () => <path d="M6.5 6.3A4.6 4.6 0 0 0 5.25 8.5a3.4 3.4 0 0 0 .5 6.75h8.5M9 4.85a4.6 4.6 0 0 1 5.15 4.15 3.1 3.1 0 0 1 2.25 4.9M3.5 3.5l13 13" />,
  compass: () => <><circle cx="10" cy="10" r="6.75" /><path d="m12.9 7.1-1.65 4.15-4.15 1.65 1.65-4.15 4.15-1.65Z" /></>,
  down: () => <path d="M10 4v11.5M5 10.5l5 5 5-5" />,
  eye: () => <><path d="M2.5 10S5.25 4.75 10 4.75 17.5 10 17.5 10 14.75 15.25 10 15.25 2.5 10 2.5 10Z" /><circle cx="10" cy="10" r="2.25" /></>,
  hash: () => <path d="M7.75 3.5 6.25 16.5M13.75 3.5l-1.5 13M3.5 7.5h13.25M3.25 12.5H16.5" />,
  leave: () => <path d="M8 3.75H5.5a1.5 1.5 0 0 0-1.5 1.5v9.5a1.5 1.5 0 0 0 1.5 1.5H8M12.5 6.5 16 10l-3.5 3.5M16 10H8" />,
  lock: () => <><rect x="4.25" y="8.75" width="11.5" height="7.75" rx="2" /><path d="M6.75 8.75V6.5a3.25 3.25 0 0 1 6.5 0v2.25" /></>,
  more: () => <><circle class="fill" cx="4.75" cy="10" r="1.2" /><circle class="fill" cx="10" cy="10" r="1.2" /><circle class="fill" cx="15.25" cy="10" r="1.2" /></>,
  pen: () => <path d="m3.75 16.25.75-3.5 8.6-8.6a1.6 1.6 0 0 1 2.26 0l.49.49a1.6 1.6 0 0 1 0 2.26l-8.6 8.6-3.5.75ZM11.5 5.75l2.75 2.75" />,
  people: () => <><circle cx="7.75" cy="7" r="2.75" /><path d="M2.75 16.25c.3-3 2.3-4.75 5-4.75s4.7 1.75 5 4.75M12.75 4.5a2.75 2.75 0 0 1 0 5M14.75 12c1.6.7 2.5 2.2 2.7 4.25" /></>,
  plus: () => <path d="M10 4.25v11.5M4.25 10h11.5" />,
  refresh: () => <path d="M16.25 10a6.25 6.25 0 1 1-1.8-4.4L16.25 7.4M16.25 3.75V7.4h-3.65" />,
  reply: () => <path d="M7.75 4.75 3.5 9l4.25 4.25M3.75 9h7.75a5 5 0 0 1 5 5v1.5" />,
  search: () => <><circle cx="9" cy="9" r="5.25" /><path d="m13 13 3.5 3.5" /></>,
  sliders: () => <><path d="M3.5 6.5h6.75M14.75 6.5h1.75M3.5 13.5h1.75M9.75 13.5h6.75" /><circle cx="12.5" cy="6.5" r="2.25" /><circle cx="7.5" cy="13.5" r="2.25" /></>,
  up: () => <path d="M10 16V4.5M5 9.5l5-5 5 5" />,
} satisfies Record<string, () => JSX.Element>;

export type IconName = keyof typeof shapes;

/** Decorative unless it is given a label. */
export function Icon(props: { name: IconName; small?: boolean; flip?: boolean; label?: string }) {
  return (
    <svg
      class="icon"
      classList={{ s: props.small ?? false, flip: props.flip ?? false }}
      viewBox="0 0 20 20"
      role={props.label ? 'img' : undefined}
      aria-label={props.label}
      aria-hidden={props.label ? undefined : 'true'}
    >
      {shapes[props.name]()}
    </svg>
  );
}

export function Mark() {
  return (
    <svg class="mark" viewBox="0 0 24 24" aria-hidden="true">
      <rect x="3" y="2.5" width="4.25" height="19" rx="2.125" />
      <path d="M8.75 12C8.75 6.5 13 2.5 20.5 2.5 20.5 8.5 15.5 12 8.75 12Z" />
      <path d="M8.75 12c6.75 0 11.75 3.5 11.75 9.5C13 21.5 8.75 17.5 8.75 12Z" />
    </svg>
  );
}
