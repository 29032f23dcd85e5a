import { Show } from 'solid-js';
import { hueOf, initialOf } from '../../model/faces.ts';

/** A letter on a tint that belongs to the id; the name stands beside it, so it is not read out. */
export function Avatar(props: { id: string; name: string; away?: boolean; place?: boolean }) {
  return (
    <span
      class="avatar"
      classList={{ away: props.away ?? false, place: props.place ?? false }}
      style={{ '--hue': String(hueOf(props.id)) }}
      aria-hidden="true"
    >
      {initialOf(props.name)}
    </span>
  );
}

/** A face with its online state. Undefined: not known, so nothing is shown. */
export function Presence(props: { id: string; name: string; online: boolean | undefined; size: 's24' | 's28' }) {
  return (
    <span class={`who ${props.size}`} classList={{ dotted: props.online !== undefined }}>
      <Avatar id={props.id} name={props.name} away={props.online === false} />
      <Show when={props.online !== undefined}>
        <i class={props.online ? 'dot on' : 'dot off'} />
      </Show>
    </span>
  );
}
