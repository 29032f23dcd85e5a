/** A whole screen with one sentence and one way on. */
export function Notice(props: { title: string; text: string; action: string; onAction: () => void }) {
  return (
    <main class="blank">
      <h1>{props.title}</h1>
      <p>{props.text}</p>
      <button class="button" type="button" onClick={() => props.onAction()}>{props.action}</button>
    </main>
  );
}
