import { createEffect, Match, Show, Switch, type JSX } from 'solid-js';
import '../../style/door.css';
import type { Route } from '../../model/routes.ts';
import type { WaysIn } from '../../link/rest.ts';
import { Mark } from '../parts/icons.tsx';
import { text } from '../state.ts';
import { Register } from './register.tsx';
import { Setup } from './setup.tsx';
import { SignIn } from './sign-in.tsx';

/** The screens before anybody is signed in: one column, one form. */
export default function Door(props: { route: Route; waysIn: WaysIn; signedOut: boolean }) {
  return (
    <Switch fallback={<SignIn waysIn={props.waysIn} signedOut={props.signedOut} />}>
      <Match when={props.route.page === 'setup' && props.route}>
        {(route) => <Setup token={route().token} />}
      </Match>
      <Match when={props.route.page === 'register'}>
        <Register waysIn={props.waysIn} />
      </Match>
    </Switch>
  );
}

export function DoorFrame(props: { title: string; lead: string; children: JSX.Element }) {
  createEffect(() => {
    document.title = `${props.title} · ${text().appName}`;
  });
  return (
    <main class="door">
      <div class="door-body">
        <Mark />
        <h1>{props.title}</h1>
        <p>{props.lead}</p>
        <Show when={props.children}>{props.children}</Show>
      </div>
    </main>
  );
}
