import { Show, type JSX } from 'solid-js';
import { Avatar } from '../parts/avatar.tsx';
import { Icon, type IconName } from '../parts/icons.tsx';
import { go, text } from '../state.ts';

interface HeadProps {
  title: string;
  topic?: string | undefined;
  icon: IconName;
  /** The group that it belongs to, whose face stands in place of the icon. */
  group?: { id: string; name: string } | undefined;
  wide?: boolean;
  children?: JSX.Element;
}

/** The line above every pane. Its height is there before its data. */
export function Head(props: HeadProps) {
  return (
    <header class="head" classList={{ wide: props.wide ?? false }}>
      <div class="column title">
        <a
          class="tool back"
          href="/"
          aria-label={text().back}
          title={text().back}
          onClick={(event) => {
            event.preventDefault();
            go({ page: 'home' });
          }}
        >
          <Icon name="back" flip />
        </a>
        <span class="badge">
          <Show when={props.group} fallback={<span class="avatar plain"><Icon name={props.icon} /></span>}>
            {(group) => <Avatar id={group().id} name={group().name} place />}
          </Show>
        </span>
        <div class="cut">
          <h1 dir="auto" aria-label={props.title ? undefined : text().loading}>{props.title || '\u00a0'}</h1>
          <Show when={props.topic}><p class="cut" dir="auto">{props.topic}</p></Show>
        </div>
      </div>
      <Show when={props.children}><div class="head-acts">{props.children}</div></Show>
    </header>
  );
}

interface BlankProps {
  title?: string | undefined;
  text: string;
  action?: string;
  onAction?: () => void;
}

/** What stands where nothing is to be shown: a sentence, and one thing to do. */
export function Blank(props: BlankProps) {
  return (
    <div class="blank">
      <Show when={props.title}><h2>{props.title}</h2></Show>
      <p>{props.text}</p>
      <Show when={props.action}>
        <button class="button" type="button" onClick={() => props.onAction?.()}>{props.action}</button>
      </Show>
    </div>
  );
}
