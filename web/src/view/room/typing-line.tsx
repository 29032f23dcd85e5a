import { createSignal, For, onCleanup, Show } from 'solid-js';
import type { Session } from '../../link/session.ts';
import type { Talk } from '../../link/talk.ts';
import { text } from '../state.ts';

/** One line of fixed height: names come and go in it, and nothing else moves. */
export function TypingLine(props: { session: Session; talk: Talk }) {
  let timer = 0;
  const { talk, session } = props;
  const shown = () => {
    const { typists, more } = talk.typing.shown(Date.now(), session.me.id);
    return typists.length + more === 0
      ? undefined
      : text().room.typing(typists.map((typist) => typist.name), more);
  };
  const [line, setLine] = createSignal(shown());
  const update = (): void => {
    clearTimeout(timer);
    const next = shown();
    if (JSON.stringify(next) !== JSON.stringify(line())) setLine(next);
    const left = talk.typing.deadline - Date.now();
    if (left > 0) timer = window.setTimeout(update, left + 10);
  };
  update();
  onCleanup(talk.changes.listen(update));
  onCleanup(() => clearTimeout(timer));
  return (
    <div class="typing">
      <Show when={line()}>
        {(words) => (
          <>
            <span class="beat" aria-hidden="true"><i /><i /><i /></span>
            <span class="cut">
              <For each={words().names}>
                {(name, index) => <>{index() > 0 ? ` ${text().room.and} ` : ''}<b><bdi>{name}</bdi></b></>}
              </For>{' '}
              {words().rest}
            </span>
          </>
        )}
      </Show>
    </div>
  );
}
