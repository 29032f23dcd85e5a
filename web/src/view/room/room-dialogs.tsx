import { createSignal, Show } from 'solid-js';
import type { MessageRow } from '../../model/rows.ts';
import type { Member, Room } from '../../model/types.ts';
import { Confirm, Dialog } from '../parts/dialog.tsx';
import { Field } from '../parts/field.tsx';
import { Icon, type IconName } from '../parts/icons.tsx';
import { more, text } from '../state.ts';
import type { RoomState } from './room-state.ts';

interface RoomDialogsProps {
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
      <Show when={props.state.asked()?.what === 'room'}>
        <Dialog title={props.room?.name} onClose={props.state.close}>
          <p class="dialog-text" dir="auto">{props.room?.topic}</p>
          <div class="dialog-acts">
            <button class="button bad" type="button" onClick={() => props.leave()}>{more().menu.leave}</button>
            <button class="button" type="button" autofocus onClick={() => props.state.close()}>{text().close}</button>
          </div>
        </Dialog>
      </Show>
      <Show when={kicking()}>{(member) => <Kick member={member()} state={props.state} />}</Show>
      <Show when={menu()}>{(row) => <RowMenu row={row()} state={props.state} />}</Show>
    </>
  );
}

function Kick(props: { member: Member; state: RoomState }) {
  const [reason, setReason] = createSignal('');
  return (
    <Dialog title={more().members.kickTitle(props.member.name)} onClose={props.state.close}>
      <p class="dialog-text">{more().members.kickText}</p>
      <form
        class="form"
        onSubmit={(event) => {
          event.preventDefault();
          void props.state.kick(props.member, reason().trim());
        }}
      >
        <Field label={more().members.reason} name="reason" value={reason()} onInput={setReason} hint={more().members.reasonHint} />
        <div class="dialog-acts">
          <button class="button" type="button" onClick={() => props.state.close()}>{text().cancel}</button>
          <button class="button bad" type="submit">{more().members.kick}</button>
        </div>
      </form>
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
      <MenuRow icon="reply" label={text().row.reply} onClick={act(actions().reply)} />
      <Show when={actions().canDelete(props.row)}>
        <MenuRow icon="pen" label={text().row.edit} onClick={act(actions().edit)} />
        <MenuRow icon="bin" label={text().row.delete} bad onClick={act(actions().remove)} />
      </Show>
    </Dialog>
  );
}

function MenuRow(props: { icon: IconName; label: string; bad?: boolean; onClick: () => void }) {
  return (
    <button class="menu-row" classList={{ bad: props.bad ?? false }} type="button" onClick={() => props.onClick()}>
      <Icon name={props.icon} small /><span class="cut">{props.label}</span>
    </button>
  );
}
