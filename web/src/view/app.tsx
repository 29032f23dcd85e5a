import { createEffect, Match, Switch } from 'solid-js';
import { announcement, findOut, insideCode, route, stage, text } from './state.ts';
import { Notice } from './frame/notice.tsx';
import { later, loadTheRest } from './parts/later.tsx';

const Door = later(() => import('./door/door.tsx'));
const Inside = later(insideCode);
const suspendedCode = 3503;

export function App() {
  createEffect(() => {
    if (stage().name !== 'inside') document.title = text().appName;
    if (stage().name === 'door') loadTheRest();
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
              title={text().stage.endedTitle}
              text={code() === suspendedCode ? text().stage.endedSuspended : text().stage.endedOther(code())}
              action={text().stage.startAgain}
              onAction={() => void findOut()}
            />
          )}
        </Match>
        <Match when={stage().name === 'unreachable'}>
          <Notice
            title={text().stage.unreachableTitle}
            text={text().stage.unreachable}
            action={text().tryAgain}
            onAction={() => void findOut()}
          />
        </Match>
      </Switch>
      <p class="hush" aria-live="polite">{announcement()}</p>
    </>
  );
}
