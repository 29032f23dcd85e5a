import { createEffect, createSignal, on, onCleanup, type Accessor } from 'solid-js';
import type { Session } from '../../link/session.ts';
import { stale } from '../parts/later.tsx';
import { text, useChanges } from '../state.ts';

/** A connection that is back this soon was never worth a banner. */
const quietMs = 1_500;

export interface LineState {
  /** Away for so long that the page says so. */
  readonly offline: Accessor<boolean>;
  readonly connected: Accessor<boolean>;
  readonly updateReady: Accessor<boolean>;
}

export function createLine(session: Session, announce: (sentence: string) => void): LineState {
  const changed = useChanges(session.changes, onCleanup);
  const [offline, setOffline] = createSignal(false);
  const connected = () => {
    changed();
    return session.line === 'connected';
  };
  const updateReady = () => {
    changed();
    return session.updateReady || stale();
  };
  createEffect(() => {
    if (connected()) {
      setOffline(false);
      return;
    }
    const timer = setTimeout(() => setOffline(true), Math.max(0, session.lineSince + quietMs - Date.now()));
    onCleanup(() => clearTimeout(timer));
  });
  createEffect(
    on(offline, (away) => announce(away ? text().announce.offline : text().announce.back), { defer: true }),
  );
  return { offline, connected, updateReady };
}
