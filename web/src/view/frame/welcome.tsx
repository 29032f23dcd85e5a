import { createEffect } from 'solid-js';
import type { Session } from '../../link/session.ts';
import { go, more, text } from '../state.ts';
import { Blank, Head } from './head.tsx';

/** No room is open, or the address leads nowhere. */
export default function Welcome(props: { session: Session; lost: boolean }) {
  createEffect(() => {
    document.title = text().appName;
  });
  return (
    <>
      <Head wide title={props.lost ? more().welcome.notFoundTitle : text().appName} icon="compass" />
      <Blank
        title={props.lost ? undefined : more().welcome.title(props.session.me.name)}
        text={props.lost ? more().welcome.notFound : more().welcome.choose}
        action={text().frame.browse}
        onAction={() => go({ page: 'rooms' })}
      />
    </>
  );
}
