import { Show } from 'solid-js';
import '../../style/archived.css';
import type { Session } from '../../link/session.ts';
import { Icon } from '../parts/icons.tsx';
import { more } from '../state.ts';
import { roomCall } from './room-call.ts';
import type { RoomState } from './room-state.ts';

/** Stands where the box stood, as high as it was. */
export default function Archived(props: { session: Session; state: RoomState }) {
  return (
    <div class="write archived">
      <div class="field-box">
        <p>
          <Icon name="lock" />
          <span>{more().menu.archived}</span>
          <Show when={props.state.isOwner()}>
            <button class="act" type="button" onClick={() => void props.state.attempt(roomCall(props.session, 'unarchive', props.state.id))}>{more().menu.unarchive}</button>
          </Show>
        </p>
      </div>
    </div>
  );
}
