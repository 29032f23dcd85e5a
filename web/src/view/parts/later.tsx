import { createSignal, onCleanup, Show, type Component } from 'solid-js';

/**
 * A view whose code comes when it is first shown. Solid's own `lazy` brings suspense and
 * transitions with it, three kilobytes that nothing else here needs.
 */
export function later<Props extends object>(load: () => Promise<{ default: Component<Props> }>): Component<Props> {
  let loaded: Component<Props> | undefined;
  return (props) => {
    if (loaded) return loaded(props);
    const [view, setView] = createSignal<Component<Props>>();
    let here = true;
    onCleanup(() => {
      here = false;
    });
    load().then(
      (module) => {
        loaded = module.default;
        if (here) setView(() => module.default);
      },
      // The chunk is gone after an upgrade: the new page has its own.
      () => here && location.reload(),
    );
    return <Show when={view()} keyed>{(View) => <View {...props} />}</Show>;
  };
}
