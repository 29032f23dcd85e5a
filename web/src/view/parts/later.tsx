import { createSignal, Show, untrack, type Component } from 'solid-js';
import { loadMore, more } from '../state.ts';

const [stale, setStale] = createSignal(false);
/** Code that was not there any more: the page is older than the server. */
export { stale };

const waiting: Array<() => void> = [];

/**
 * A view whose code comes when it is first shown, or in a quiet moment before. Solid's own `lazy`
 * brings suspense and transitions with it, three kilobytes that nothing else here needs.
 */
export function later<Props extends object>(load: () => Promise<{ default: Component<Props> }>): Component<Props> {
  const [view, setView] = createSignal<Component<Props>>();
  const ask = (): void => {
    if (untrack(view)) return;
    Promise.all([load(), untrack(more) ?? loadMore()]).then(
      ([module]) => setView(() => module.default),
      // With the server away this is asked again when shown again; nothing is thrown away for it.
      () => setStale(navigator.onLine),
    );
  };
  waiting.push(ask);
  return (props) => {
    ask();
    return <Show when={view()} keyed>{(View) => <View {...props} />}</Show>;
  };
}

/** Fetches all such code, so that it is there when the server is away or newer than the page. */
export function loadTheRest(): void {
  const idle = window.requestIdleCallback ?? ((run: () => void) => setTimeout(run, 1_000));
  idle(() => {
    for (const ask of waiting) ask();
  });
}
