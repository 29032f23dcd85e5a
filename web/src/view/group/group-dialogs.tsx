import { Match, Show, Switch } from 'solid-js';
import type { JoinRequest, Member } from '../../model/types.ts';
import type { GroupHome } from '../../link/group-home.ts';
import { groupsOf } from '../../link/groups.ts';
import type { Session } from '../../link/session.ts';
import { RoomForm } from '../frame/create-room.tsx';
import { CloseRow, Confirm, Dialog } from '../parts/dialog.tsx';
import { MenuRow } from '../parts/menu-row.tsx';
import { ReasonDialog } from '../parts/reason.tsx';
import { go, more } from '../state.ts';
import { GroupSettings } from './group-settings.tsx';

export type GroupAsked =
  | { readonly what: 'menu' | 'settings' | 'room' | 'leave' | 'delete' }
  | { readonly what: 'kick'; readonly member: Member }
  | { readonly what: 'decline'; readonly request: JoinRequest };

interface GroupDialogsProps {
  session: Session;
  home: GroupHome;
  asked: GroupAsked;
  ask: (what: GroupAsked | undefined) => void;
  attempt: (what: () => Promise<void>) => Promise<void>;
}

export function GroupDialogs(props: GroupDialogsProps) {
  const { home, session } = props;
  const groups = groupsOf(session);
  const close = (): void => props.ask(undefined);
  const act = (what: () => Promise<void>): void => {
    close();
    void props.attempt(what);
  };
  const name = () => home.group?.name ?? '';
  const kicked = () => (props.asked.what === 'kick' ? props.asked.member : undefined);
  const declined = () => (props.asked.what === 'decline' ? props.asked.request : undefined);
  return (
    <Switch>
      <Match when={props.asked.what === 'menu'}><Menu home={home} ask={props.ask} onClose={close} /></Match>
      <Match when={props.asked.what === 'settings'}><GroupSettings session={session} home={home} onClose={close} /></Match>
      <Match when={props.asked.what === 'room'}>
        <Dialog title={more().create.title} onClose={close}>
          <RoomForm session={session} group={home.id} onClose={close} />
        </Dialog>
      </Match>
      <Match when={props.asked.what === 'leave'}>
        <Confirm
          title={more().groups.leaveTitle(name())}
          text={home.group?.join_mode === 'approval' ? more().groups.leaveAskText : more().groups.leaveText}
          stay={more().groups.stay}
          act={more().groups.leave}
          onStay={close}
          onAct={() =>
            act(async () => {
              await groups.leave(home.id);
              go({ page: 'rooms' }, true);
            })
          }
        />
      </Match>
      <Match when={props.asked.what === 'delete'}>
        <Confirm
          title={more().groups.deleteTitle(name())}
          text={more().groups.deleteText}
          stay={more().groups.keep}
          act={more().groups.delete}
          onStay={close}
          onAct={() =>
            act(async () => {
              await groups.end(home.id);
              go({ page: 'rooms' }, true);
            })
          }
        />
      </Match>
      <Match when={kicked()}>
        {(member) => (
          <ReasonDialog
            title={more().groups.kickTitle(member().name)}
            text={more().groups.kickText}
            act={more().groups.kick}
            onAct={(reason) => act(() => groups.kick(home.id, member().id, reason))}
            onClose={close}
          />
        )}
      </Match>
      <Match when={declined()}>
        {(request) => (
          <ReasonDialog
            title={more().groups.declineTitle(request().name)}
            text={more().groups.declineText}
            act={more().groups.decline}
            onAct={(reason) => act(() => groups.decline(home.id, request().id, reason))}
            onClose={close}
          />
        )}
      </Match>
    </Switch>
  );
}

function Menu(props: { home: GroupHome; ask: (what: GroupAsked) => void; onClose: () => void }) {
  const owner = () => props.home.group?.role === 'owner';
  return (
    <Dialog title={props.home.group?.name} class="menu" onClose={props.onClose}>
      <MenuRow icon="plus" label={more().groups.newRoom} onClick={() => props.ask({ what: 'room' })} />
      <Show
        when={owner()}
        fallback={<MenuRow icon="leave" label={more().groups.leave} bad onClick={() => props.ask({ what: 'leave' })} />}
      >
        <MenuRow icon="sliders" label={more().groups.settings} onClick={() => props.ask({ what: 'settings' })} />
        <MenuRow icon="bin" label={more().groups.delete} bad onClick={() => props.ask({ what: 'delete' })} />
      </Show>
      <CloseRow onClose={props.onClose} />
    </Dialog>
  );
}
