import { Show } from 'solid-js';
import { Icon } from '../parts/icons.tsx';
import { text } from '../state.ts';
import type { LineState } from './line.ts';

/** Says what the connection does. It takes its own place and never covers a row. */
export function Banner(props: { line: LineState }) {
  return (
    <>
      <Show when={props.line.offline()}>
        <div class="notice">
          <div class="column"><Icon name="cloudOff" /><span>{text().frame.offlineNotice}</span></div>
        </div>
      </Show>
      <Show when={props.line.updateReady() && !props.line.offline()}>
        <div class="notice">
          <div class="column">
            <Icon name="refresh" /><span>{text().frame.updateNotice}</span>
            <button class="act" type="button" onClick={() => location.reload()}>{text().frame.loadUpdate}</button>
          </div>
        </div>
      </Show>
    </>
  );
}
