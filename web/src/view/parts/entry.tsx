import '../../style/directory.css';
import { For, Show, type JSX } from 'solid-js';
import { pathOf, type Route } from '../../model/routes.ts';
import { go, more } from '../state.ts';
import { Avatar } from './avatar.tsx';
import { Icon, type IconName } from './icons.tsx';

interface EntryProps {
  to: Route;
  id: string;
  name: string;
  topic: string;
  /** Without one the place has a face: it is a group. */
  icon?: IconName;
  figures: JSX.Element;
  children: JSX.Element;
}

/** A room or group in a list, and what to do with it. */
export function Entry(props: EntryProps) {
  const open = (event: MouseEvent): void => {
    event.preventDefault();
    go(props.to);
  };
  return (
    <li class="entry">
      <Show when={props.icon} fallback={<Avatar id={props.id} name={props.name} place />}>
        {(icon) => <span class="avatar plain"><Icon name={icon()} /></span>}
      </Show>
      <div class="cut">
        <p class="entry-name cut"><a href={pathOf(props.to)} onClick={open}><bdi>{props.name}</bdi></a></p>
        <p class="entry-topic cut" dir="auto">{props.topic}</p>
      </div>
      <span class="figures">{props.figures}</span>
      <span class="end">{props.children}</span>
    </li>
  );
}

export function State(props: { icon: IconName; text: string }) {
  return <span class="state"><Icon name={props.icon} small />{props.text}</span>;
}

interface JoinStateProps {
  name: string;
  joined: boolean;
  onJoin: () => void;
}

export function JoinState(props: JoinStateProps) {
  return (
    <Show
      when={props.joined}
      fallback={
        <button class="button" type="button" aria-label={more().directory.joinNamed(props.name)} onClick={() => props.onJoin()}>
          {more().directory.join}
        </button>
      }
    >
      <State icon="check" text={more().directory.joined} />
    </Show>
  );
}

/** What will stand here has this height. */
export function EntryBones() {
  return (
    <ul aria-hidden="true">
      <For each={[1, 2, 3]}>
        {() => <li class="entry"><span class="avatar plain" /><i class="bone w3" /></li>}
      </For>
    </ul>
  );
}
