import { createMemo, For, Match, onCleanup, Show, Switch, type Accessor } from 'solid-js';
import { partsOf } from '../../model/links.ts';
import { localDay, type MessageRow } from '../../model/rows.ts';
import type { Session } from '../../link/session.ts';
import { Avatar } from '../parts/avatar.tsx';
import { Icon } from '../parts/icons.tsx';
import { later } from '../parts/later.tsx';
import { locale, text, useChanges } from '../state.ts';

export interface RowActions {
  readonly editing: Accessor<number>;
  readonly canDelete: (row: MessageRow) => boolean;
  readonly canWrite: Accessor<boolean>;
  readonly reply: (row: MessageRow) => void;
  readonly edit: (row: MessageRow) => void;
  readonly endEdit: () => void;
  readonly askDropEdit: (row: MessageRow) => void;
  readonly remove: (row: MessageRow) => void;
  readonly retry: (nonce: string) => void;
  readonly discard: (nonce: string) => void;
  readonly putBack: (nonce: string) => void;
  readonly quote: (seq: number) => void;
  readonly menu: (row: MessageRow) => void;
  readonly save: (row: MessageRow, value: string) => Promise<string>;
  readonly editDraft: (row: MessageRow) => string;
  readonly keepEditDraft: (row: MessageRow, value: string) => void;
}

const EditBox = later(() => import('./edit-box.tsx'));
const Failure = later(() => import('./failure.tsx'));

const longPressMs = 500;

export function Day(props: { day: string }) {
  const words = () => {
    const date = new Date(`${props.day}T12:00:00`);
    const thisYear = date.getFullYear() === new Date().getFullYear();
    const format = new Intl.DateTimeFormat(locale(), {
      weekday: 'long',
      day: 'numeric',
      month: 'long',
      ...(thisYear ? {} : { year: 'numeric' }),
    });
    const day = format.format(date);
    return props.day === localDay(Date.now()) ? text().row.today(day) : day;
  };
  return <li class="day">{words()}</li>;
}

export function Message(props: { row: MessageRow; session: Session; actions: RowActions; pointed: Accessor<number> }) {
  const changed = useChanges(props.session.changes, onCleanup);
  const name = (user: string): string => {
    changed();
    return props.session.nameOf(user);
  };
  const own = () => props.row.author === props.session.me.id;
  const unsent = () => props.row.state !== 'sent';
  const failed = () => props.row.state === 'failed' || props.row.state === 'refused';
  const editable = () => own() && !unsent() && !props.row.deleted && props.actions.canWrite();
  const pressed = (event: KeyboardEvent): void => {
    if (event.target !== event.currentTarget || event.ctrlKey || event.metaKey || event.altKey) return;
    if (unsent() || props.row.deleted) return;
    if (event.key === 'r' && props.actions.canWrite()) props.actions.reply(props.row);
    else if (event.key === 'e' && editable()) props.actions.edit(props.row);
    else if (event.key === 'Delete' && props.actions.canDelete(props.row)) props.actions.remove(props.row);
    else return;
    event.preventDefault();
  };
  const press = longPress(() => {
    if (!unsent() && !props.row.deleted) props.actions.menu(props.row);
  });
  return (
    <li
      class="row"
      classList={{
        first: props.row.first,
        wait: props.row.state === 'waiting',
        fail: failed(),
        pointed: props.row.seq > 0 && props.pointed() === props.row.seq,
      }}
      data-key={props.row.key}
      data-seq={props.row.seq}
      tabindex="-1"
      onKeyDown={pressed}
      onPointerDown={press.down}
      onPointerUp={press.end}
      onPointerCancel={press.end}
      onPointerMove={press.move}
    >
      <Gutter row={props.row} name={name(props.row.author)} />
      <div class="said">
        <Show
          when={props.row.first}
          fallback={<span class="hush">{name(props.row.author)}</span>}
        >
          <p class="by">
            <bdi class="name cut">{name(props.row.author)}</bdi>
            <Show when={!unsent() || props.row.state === 'sending'} fallback={<StateIcon row={props.row} />}>
              <Time at={props.row.at} />
            </Show>
          </p>
        </Show>
        <Show when={props.row.quoteSeq > 0 && !props.row.deleted}>
          <Quote row={props.row} name={name(props.row.quoteAuthor)} onGo={() => props.actions.quote(props.row.quoteSeq)} />
        </Show>
        <Switch fallback={<Text row={props.row} />}>
          <Match when={props.row.deleted}>
            <p class="text gone">
              {props.row.deletedBy && props.row.deletedBy !== props.row.author
                ? text().row.deletedByOther(name(props.row.deletedBy))
                : text().row.deleted}
            </p>
          </Match>
          <Match when={props.row.seq > 0 && props.actions.editing() === props.row.seq}>
            <EditBox row={props.row} actions={props.actions} textMax={props.session.limits.text} />
          </Match>
        </Switch>
        <Show when={failed()}>
          <Failure row={props.row} actions={props.actions} />
        </Show>
        <Show when={!unsent() && !props.row.deleted && props.actions.editing() !== props.row.seq}>
          <div class="acts" role="toolbar" aria-label={text().row.actions}>
            <Show when={props.actions.canWrite()}>
              <Tool name="reply" label={text().row.reply} onClick={() => props.actions.reply(props.row)} />
            </Show>
            <Show when={editable()}>
              <Tool name="pen" label={text().row.edit} onClick={() => props.actions.edit(props.row)} />
            </Show>
            <Show when={props.actions.canDelete(props.row)}>
              <Tool name="bin" label={text().row.delete} onClick={() => props.actions.remove(props.row)} />
            </Show>
          </div>
        </Show>
      </div>
    </li>
  );
}

/** The face of the first, the time of the others; the state of an unsent one stands there too. */
function Gutter(props: { row: MessageRow; name: string }) {
  return (
    <Switch fallback={<time class="at" dateTime={props.row.at}>{clock(props.row.at)}</time>}>
      <Match when={props.row.first}>
        <Avatar id={props.row.author} name={props.name} />
      </Match>
      <Match when={props.row.state !== 'sent' && props.row.state !== 'sending'}>
        <StateIcon row={props.row} />
      </Match>
    </Switch>
  );
}

function StateIcon(props: { row: MessageRow }) {
  return (
    <Show
      when={props.row.state === 'waiting'}
      fallback={<Icon name="alert" small />}
    >
      <Icon name="clock" small label={text().row.waiting} />
    </Show>
  );
}

function Text(props: { row: MessageRow }) {
  // Two steps: the nodes of an unchanged text stay, and with them what is selected in it.
  const words = createMemo(() => props.row.text);
  const parts = createMemo(() => partsOf(words()));
  return (
    <p class="text" dir="auto">
      <For each={parts()}>
        {(part) =>
          part.link ? (
            <a class="link" href={part.text} target="_blank" rel="noopener noreferrer nofollow">{part.text}</a>
          ) : (
            part.text
          )
        }
      </For>
      <Show when={props.row.edited}>{' '}<span class="edited">{text().row.edited}</span></Show>
    </p>
  );
}

function Quote(props: { row: MessageRow; name: string; onGo: () => void }) {
  return (
    <button class="quote" type="button" onClick={() => props.onGo()}>
      <Show when={!props.row.quoteDeleted} fallback={<span class="cut">{text().row.quoteDeleted}</span>}>
        <Show when={props.row.quoteAuthor}><b class="cut"><bdi>{props.name}</bdi></b></Show>
        <span class="cut"><bdi>{props.row.quoteText || text().row.quoteUnknown}</bdi></span>
      </Show>
    </button>
  );
}

function Tool(props: { name: 'reply' | 'pen' | 'bin'; label: string; onClick: () => void }) {
  return (
    <button class="tool" type="button" aria-label={props.label} title={props.label} onClick={() => props.onClick()}>
      <Icon name={props.name} flip={props.name === 'reply'} />
    </button>
  );
}

function Time(props: { at: string }) {
  return <time dateTime={props.at}>{clock(props.at)}</time>;
}

/** Always 24 hours: five characters fit where the state of a message stands. */
function clock(at: string): string {
  const format = new Intl.DateTimeFormat(locale(), { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
  return format.format(new Date(at));
}

/** Touch has no hover: a long press opens the same actions. */
function longPress(open: () => void) {
  let timer = 0;
  const end = (): void => clearTimeout(timer);
  return {
    end,
    down: (event: PointerEvent) => {
      if (event.pointerType === 'touch') timer = window.setTimeout(open, longPressMs);
    },
    move: (event: PointerEvent) => {
      if (Math.abs(event.movementX) + Math.abs(event.movementY) > 4) end();
    },
  };
}
