import { createEffect, Match, Switch } from 'solid-js';
import { Inside } from './frame/inside.tsx';
import { announcement, findOut, route, stage, text } from './state.ts';
import { Notice } from './frame/notice.tsx';
import { later } from './parts/later.tsx';

const Door = later(() => import('./door/door.tsx'));
const suspendedCode = 3503;

export function App() {
  createEffect(() => {
    if (stage().name !== 'inside') document.title = text().appName;
  });
  const door = () => {
    const current = stage();
    return current.name === 'door' ? current : undefined;
  };
  const inside = () => {
    const current = stage();
    return current.name === 'inside' ? current.session : undefined;
  };
  const ended = () => {
    const current = stage();
    return current.name === 'ended' ? current.code : undefined;
  };
  return (
    <>
      <Switch>
        <Match when={inside()} keyed>
          {(session) => <Inside session={session} />}
        </Match>
        <Match when={door()}>
          {(current) => (
            <Door route={route()} waysIn={current().waysIn} signedOut={current().signedOut} />
          )}
        </Match>
        <Match when={ended()}>
          {(code) => (
            <Notice
              title={text().door.endedTitle}
              text={code() === suspendedCode ? text().door.endedSuspended : text().door.endedOther(code())}
              action={text().door.startAgain}
              onAction={() => void findOut()}
            />
          )}
        </Match>
        <Match when={stage().name === 'unreachable'}>
          <Notice
            title={text().door.unreachableTitle}
            text={text().door.unreachable}
            action={text().tryAgain}
            onAction={() => void findOut()}
          />
        </Match>
      </Switch>
      <p class="hush" aria-live="polite">{announcement()}</p>
    </>
  );
}
