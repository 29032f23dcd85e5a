import { Show } from 'solid-js';
import type { MessageRow } from '../../model/rows.ts';
import type { Room } from '../../model/types.ts';
import type { Session } from '../../link/session.ts';
import { CloseRow, Confirm, Dialog } from '../parts/dialog.tsx';
import { MenuRow } from '../parts/menu-row.tsx';
import { ReasonDialog } from '../parts/reason.tsx';
import { go, more, text } from '../state.ts';
import { roomCall } from './room-call.ts';
import { RoomSettings } from './room-settings.tsx';
import type { RoomState } from './room-state.ts';

interface RoomDialogsProps {
  session: Session;
  state: RoomState;
  room: Room | undefined;
  leave: () => void;
}

export default function RoomDialogs(props: RoomDialogsProps) {
  const deleting = () => {
    const asked = props.state.asked();
    return asked?.what === 'delete' ? asked.row : undefined;
  };
  const kicking = () => {
    const asked = props.state.asked();
    return asked?.what === 'kick' ? asked.member : undefined;
  };
  const owner = (what: 'archive' | 'unarchive' | 'delete' | 'kick', data: object = {}): Promise<void> =>
    props.state.attempt(roomCall(props.session, what, props.state.id, data));
  const dropping = () => props.state.asked()?.what === 'drop edit';
  const menu = () => {
    const asked = props.state.asked();
    return asked?.what === 'menu' ? asked.row : undefined;
  };
  return (
    <>
      <Show when={deleting()}>
        {(row) => (
          <Confirm
            title={more().remove.deleteTitle}
            text={more().remove.deleteText}
            stay={more().remove.keep}
            act={text().row.delete}
            onStay={props.state.close}
            onAct={() => void props.state.remove(row())}
          />
        )}
      </Show>
      <Show when={dropping()}>
        <Confirm
          title={more().edit.dropEditTitle}
          text={more().edit.dropEditText}
          stay={more().edit.goOnEditing}
          act={more().edit.dropEdit}
          onStay={props.state.close}
          onAct={() => {
            props.state.close();
            props.state.actions.endEdit();
          }}
        />
      </Show>
      <Show when={props.state.asked()?.what === 'room'}><RoomMenu dialogs={props} owner={(what) => void owner(what)} /></Show>
      <Show when={props.state.asked()?.what === 'settings' && props.room}>
        {(room) => <RoomSettings session={props.session} room={room()} onClose={props.state.close} />}
      </Show>
      <Show when={props.state.asked()?.what === 'end'}>
        <Confirm
          title={more().menu.deleteTitle(props.room?.name ?? '')}
          text={more().menu.deleteText}
          stay={more().remove.keep}
          act={more().menu.delete}
          onStay={props.state.close}
          onAct={() => void owner('delete')}
        />
      </Show>
      <Show when={kicking()}>
        {(member) => (
          <ReasonDialog
            title={more().members.kickTitle(member().name)}
            text={more().members.kickText}
            act={more().members.kick}
            onAct={(reason) => void owner('kick', { user: member().id, reason: reason || undefined })}
            onClose={props.state.close}
          />
        )}
      </Show>
      <Show when={menu()}>{(row) => <RowMenu row={row()} state={props.state} />}</Show>
    </>
  );
}

/** The main room of a group is entered, left and deleted with the group. */
function RoomMenu(props: { dialogs: RoomDialogsProps; owner: (what: 'archive' | 'unarchive') => void }) {
  const group = () => props.dialogs.session.groups?.get(props.dialogs.room?.group ?? '');
  const main = () => props.dialogs.room?.group === props.dialogs.room?.id;
  const archived = () => Boolean(props.dialogs.room?.archived_at);
  return (
    <Dialog title={props.dialogs.room?.name} class="menu" onClose={props.dialogs.state.close}>
      <Show when={props.dialogs.room?.topic}><p class="dialog-text" dir="auto">{props.dialogs.room?.topic}</p></Show>
      <Show when={group()}>
        {(group) => (
          <MenuRow
            icon="people"
            label={more().menu.group(group().name)}
            onClick={() => {
              props.dialogs.state.close();
              go({ page: 'group', group: group().id });
            }}
          />
        )}
      </Show>
      <Show when={props.dialogs.state.isOwner()}>
        <MenuRow icon="sliders" label={more().menu.settings} onClick={() => props.dialogs.state.askRoom('settings')} />
        <MenuRow
          icon="lock"
          label={archived() ? more().menu.unarchive : more().menu.archive}
          onClick={() => props.owner(archived() ? 'unarchive' : 'archive')}
        />
        <Show when={!main()}>
          <MenuRow icon="bin" label={more().menu.delete} bad onClick={() => props.dialogs.state.askRoom('end')} />
        </Show>
      </Show>
      <Show when={!main()}>
        <MenuRow icon="leave" label={more().menu.leave} bad onClick={() => props.dialogs.leave()} />
      </Show>
      <CloseRow onClose={props.dialogs.state.close} />
    </Dialog>
  );
}

/** The actions of a message where there is no hover. */
function RowMenu(props: { row: MessageRow; state: RoomState }) {
  const actions = () => props.state.actions;
  const act = (run: (row: MessageRow) => void) => () => {
    const { row } = props;
    props.state.close();
    run(row);
  };
  return (
    <Dialog label={text().row.actions} class="switcher" onClose={props.state.close}>
      <Show when={actions().canWrite()}>
        <MenuRow icon="reply" label={text().row.reply} onClick={act(actions().reply)} />
      </Show>
      <Show when={actions().canDelete(props.row)}>
        <MenuRow icon="pen" label={text().row.edit} onClick={act(actions().edit)} />
        <MenuRow icon="bin" label={text().row.delete} bad onClick={act(actions().remove)} />
      </Show>
    </Dialog>
  );
}
