import { For, Show } from 'solid-js';

/** What the group is for; every line of it is a paragraph. */
export function Lead(props: { text: string }) {
  const lines = () => props.text.split('\n').filter((line) => line.trim());
  return (
    <Show when={lines().length > 0}>
      <div class="section">
        <For each={lines()}>{(line) => <p class="lead" dir="auto">{line}</p>}</For>
      </div>
    </Show>
  );
}
