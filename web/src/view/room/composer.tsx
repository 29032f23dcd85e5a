import { createSignal, onCleanup, onMount, Show } from 'solid-js';
import type { Quote } from '../../model/types.ts';
import { newNonce } from '../../model/outbox.ts';
import { TypingNotice } from '../../model/typing.ts';
import type { Session } from '../../link/session.ts';
import type { Talk } from '../../link/talk.ts';
import { Icon } from '../parts/icons.tsx';
import { text } from '../state.ts';
import { composing, growing } from './writing.ts';

/** Typing that nobody repeats is over by itself after this time. */
const typingIdleMs = 5_000;

export interface ComposerHandle {
  replyTo(quote: Quote): void;
  /** Text that could not be sent comes back before what is written now. */
  putBack(value: string, reply: Quote | undefined): void;
  focus(): void;
  empty(): boolean;
}

interface ComposerProps {
  session: Session;
  talk: Talk;
  name: string;
  nameOf: (user: string) => string;
  sent: () => void;
  editLast: () => void;
  handle: (handle: ComposerHandle) => void;
}

export function Composer(props: ComposerProps) {
  let field!: HTMLTextAreaElement;
  const { session, talk } = props;
  const draft = session.drafts.get(talk.id);
  const [reply, setReply] = createSignal<Quote | undefined>(draft.reply);
  const [ready, setReady] = createSignal(draft.text.trim() !== '');
  const [over, setOver] = createSignal(0);
  const typing = new TypingNotice();
  let idle = 0;

  const tell = (on: boolean | undefined): void => {
    if (on !== undefined) talk.tellTyping(on);
    clearTimeout(idle);
    if (on !== false) idle = window.setTimeout(() => tell(typing.stop()), typingIdleMs);
  };
  const save = (): void => {
    session.drafts.update(talk.id, { text: field.value, reply: reply() });
    setReady(field.value.trim() !== '');
    setOver(Array.from(field.value.trim()).length - session.limits.text);
    growing(field);
  };
  const setTarget = (quote: Quote | undefined): void => {
    setReply(quote);
    save();
    field.focus();
  };
  const send = (): void => {
    const value = field.value.trim();
    if (value === '' || over() > 0) return;
    const item = {
      nonce: newNonce(),
      room: talk.id,
      text: value,
      reply: reply(),
      at: new Date().toISOString(),
    };
    session.drafts.handOver(item);
    field.value = '';
    setReply(undefined);
    save();
    typing.sent();
    clearTimeout(idle);
    talk.log.reader = 'at the end';
    void session.outbox.add(item).then(() => session.drafts.handedOver(item));
    props.sent();
  };
  const pressed = (event: KeyboardEvent): void => {
    if (composing(event)) return;
    if (event.key === 'Enter' && !event.shiftKey) send();
    else if (event.key === 'ArrowUp' && field.value === '' && !event.altKey) props.editLast();
    else if (event.key === 'Escape' && reply()) setTarget(undefined);
    else return;
    event.preventDefault();
  };

  props.handle({
    replyTo: setTarget,
    putBack: (value, quote) => {
      field.value = field.value ? `${value}\n${field.value}` : value;
      setTarget(reply() ?? quote);
    },
    focus: () => field.focus(),
    empty: () => field.value === '',
  });
  onMount(() => {
    field.value = draft.text;
    save();
    if (matchMedia('(hover: hover)').matches) field.focus();
  });
  onCleanup(() => tell(typing.stop()));
  onCleanup(() => clearTimeout(idle));

  return (
    <form
      class="write"
      onSubmit={(event) => {
        event.preventDefault();
        send();
        field.focus();
      }}
    >
      <div class="field-box">
        <Show when={over() > 0}>
          <div class="target">
            <p class="error" role="alert">{text().composer.tooLong(over())}</p>
          </div>
        </Show>
        <Show when={reply()}>
          {(quote) => (
            <div class="target">
              <Icon name="reply" small flip />
              <span class="cut">
                {text().composer.replyingTo} <b><bdi>{props.nameOf(quote().author)}</bdi></b>: <bdi>{quote().text}</bdi>
              </span>
              <button class="tool" type="button" aria-label={text().composer.noReply} title={text().composer.noReply} onClick={() => setTarget(undefined)}>
                <Icon name="close" />
              </button>
            </div>
          )}
        </Show>
        <div class="field-row">
          <textarea
            ref={field}
            rows="1"
            dir="auto"
            aria-label={text().composer.label(props.name)}
            placeholder={text().composer.label(props.name)}
            enterkeyhint="send"
            onKeyDown={pressed}
            onInput={() => {
              save();
              tell(typing.input(field.value.trim() === '', Date.now()));
            }}
          />
          <button
            class="tool send"
            classList={{ ready: ready() && over() <= 0 }}
            type="submit"
            aria-label={text().composer.send}
            title={text().composer.send}
            aria-disabled={!ready() || over() > 0}
          >
            <Icon name="up" />
          </button>
        </div>
      </div>
    </form>
  );
}
