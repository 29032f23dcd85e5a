import { createSignal, For, onCleanup, Show } from 'solid-js';
import type { JoinRequest } from '../../model/types.ts';
import type { GroupHome } from '../../link/group-home.ts';
import type { Groups } from '../../link/groups.ts';
import { ago } from '../directory/last-active.ts';
import { Avatar } from '../parts/avatar.tsx';
import { Icon } from '../parts/icons.tsx';
import { more, useChanges } from '../state.ts';

interface RequestsProps {
  groups: Groups;
  home: GroupHome;
  attempt: (what: () => Promise<void>) => Promise<void>;
  decline: (request: JoinRequest) => void;
}

/** Who waits at the door, for who decides. A row goes with its entry, not with the click. */
export function Requests(props: RequestsProps) {
  let heading!: HTMLHeadingElement;
  const { groups, home } = props;
  const changed = useChanges(home.changes, onCleanup);
  const [busy, setBusy] = createSignal('');
  const open = () => {
    changed();
    return groups.requests(home.id);
  };
  const approve = async (request: JoinRequest): Promise<void> => {
    if (busy()) return;
    setBusy(request.id);
    await props.attempt(() => groups.approve(home.id, request.id));
    setBusy('');
  };
  /** A row that had the focus goes: the focus stays in the panel. */
  const leaves = (row: HTMLElement): void => {
    if (row.contains(document.activeElement)) queueMicrotask(() => heading.focus());
  };
  const shown = () => (open()?.length ?? 0) > 0 || (open() && home.group?.join_mode === 'approval');
  return (
    <Show when={shown()}>
      <section class="panel" aria-labelledby="group-requests">
        <div class="section">
          <h2 id="group-requests" ref={heading} tabindex="-1">
            {more().groups.requests} <span class="count">{open()?.length}</span>
          </h2>
          <Show when={open()?.length === 0}><p class="hint">{more().groups.noRequests}</p></Show>
        </div>
        <ul>
          <For each={open()}>
            {(request) => {
              let row!: HTMLLIElement;
              onCleanup(() => leaves(row));
              return (
                <li class="entry" ref={row}>
                  <Avatar id={request.user} name={request.name} />
                  <p class="asker cut">
                    <bdi class="entry-name cut">{request.name}</bdi>
                    <small class="cut">{more().groups.asks(ago(request.created_at))}</small>
                  </p>
                  <div class="end">
                    <button class="button bare" type="button" aria-label={more().groups.declineNamed(request.name)} onClick={() => props.decline(request)}>
                      {more().groups.decline}
                    </button>
                    <button
                      class="button go"
                      type="button"
                      aria-disabled={busy() === request.id}
                      aria-label={more().groups.approveNamed(request.name)}
                      onClick={() => void approve(request)}
                    >
                      <Icon name="check" small />{more().groups.approve}
                    </button>
                  </div>
                </li>
              );
            }}
          </For>
        </ul>
      </section>
    </Show>
  );
}
