import { batch, createSignal, For, onCleanup, onMount, Show } from 'solid-js';
import { rowsOf, type DayRow, type MessageRow, type Row } from '../../model/rows.ts';
import type { Session } from '../../link/session.ts';
import type { Talk } from '../../link/talk.ts';
import { Icon } from '../parts/icons.tsx';
import { text } from '../state.ts';
import { createCells } from './cells.ts';
import { focusStep } from './log-keys.ts';
import { Day, Message, type RowActions } from './row.tsx';
import { Scroller } from './scroller.ts';

/** A page is asked for while the reader still has this many rows to go. */
const earlyRows = 50;
const pointedMs = 1_500;

/** What the room may ask of its log. */
export interface LogHandle {
  /** Own messages always go to the end, and the reader with them. */
  toEnd(): void;
  keep(change: () => void): void;
  /** The newest own message that is sent or on its way. */
  lastOwn(): MessageRow | undefined;
  /** Once, when the log has the message of this nonce. */
  whenSent(nonce: string, run: (row: MessageRow) => void): void;
  jumpTo(seq: number): Promise<void>;
}

interface LogProps {
  session: Session;
  talk: Talk;
  name: string;
  actions: RowActions;
  handle: (handle: LogHandle) => void;
}

export function Log(props: LogProps) {
  let view!: HTMLDivElement;
  let list!: HTMLOListElement;
  let scroller: Scroller | undefined;
  // The component belongs to one room, so these never change.
  const { talk, session } = props;
  let rows = allRows();
  const { cells, draw: drawCells } = createCells(rows);
  const [older, setOlder] = createSignal(talk.log.moreBefore);
  const [newBelow, setNewBelow] = createSignal(0);
  const [away, setAway] = createSignal(false);
  const [pointed, setPointed] = createSignal(0);
  // Entries up to here were on screen while the reader was at the end.
  let readTo = talk.log.lastSeq;
  let awaited: { nonce: string; run: (row: MessageRow) => void } | undefined;

  function allRows(): Row[] {
    const pending = talk.log.attached || !talk.log.loaded ? session.outbox.pending(talk.id) : [];
    return rowsOf({ messages: talk.log.messages, pending, me: session.me.id });
  }

  const draw = (): void => {
    rows = allRows();
    const apply = (): void =>
      batch(() => {
        setOlder(talk.log.moreBefore);
        drawCells(rows);
      });
    if (scroller) scroller.keep(apply);
    else apply();
    look();
    const sent = rows.find((row): row is MessageRow => row.kind === 'message' && row.seq > 0 && row.nonce === awaited?.nonce);
    if (!sent || !awaited) return;
    const { run } = awaited;
    awaited = undefined;
    run(sent);
  };

  /** After drawing and after scrolling: who reads where, and what has to be loaded for that. */
  const look = (): void => {
    if (!scroller) return;
    const atEnd = scroller.pinned;
    talk.log.reader = atEnd ? 'at the end' : 'further up';
    if (atEnd) readTo = Math.max(readTo, talk.log.lastSeq);
    setAway(!atEnd && (scroller.gap() > 400 || !talk.log.attached));
    setNewBelow(atEnd ? 0 : talk.log.newBelow(readTo, session.me.id));
    const { above, below, key } = scroller.around();
    talk.placeSeq = atEnd ? 0 : seqOf(key);
    const wantsOlder = atEnd ? scroller.hasRoom() : above < earlyRows;
    if (wantsOlder && talk.log.moreBefore) {
      void talk.loadMore('before', () => (scroller ? scroller.settled() : Promise.resolve()));
    } else if (!talk.log.attached && below < earlyRows) {
      void talk.loadMore('after', () => Promise.resolve());
    }
  };

  const seqOf = (key: string): number => {
    const row = rows.find((candidate) => candidate.key === key);
    return row?.kind === 'message' ? row.seq : 0;
  };

  const toEnd = async (): Promise<void> => {
    if (!talk.log.attached && talk.log.loaded) await talk.loadNewest();
    scroller?.toEnd();
    look();
  };

  const handle: LogHandle = {
    toEnd: () => void toEnd(),
    keep: (change) => (scroller ? scroller.keep(change) : change()),
    lastOwn: () =>
      rows.findLast(
        (row): row is MessageRow =>
          row.kind === 'message' && row.author === session.me.id && !row.deleted && row.state !== 'failed' && row.state !== 'refused',
      ),
    whenSent: (nonce, run) => {
      awaited = { nonce, run };
    },
    jumpTo: async (seq) => {
      if (!talk.log.find(seq) && !(await talk.loadAround(seq))) return;
      const row = rows.find((candidate) => candidate.kind === 'message' && candidate.seq === seq);
      if (!row || !scroller?.toRow(row.key)) return;
      setPointed(seq);
      setTimeout(() => setPointed(0), pointedMs);
      look();
    },
  };
  props.handle(handle);

  onMount(() => {
    scroller = new Scroller(view, list, {
      endIsEnd: () => talk.log.attached || !talk.log.loaded,
      scrolled: look,
    });
    scroller.toEnd();
    onCleanup(talk.drawn.listen(draw));
    onCleanup(() => scroller?.dispose());
    look();
  });

  return (
    <>
      <div class="log" ref={view}>
        <ol
          class="column"
          ref={list}
          tabindex="0"
          aria-label={text().room.messages(props.name)}
          onKeyDown={(event) => focusStep(event, list)}
        >
          <Show when={older()}>
            <li class="older">{text().room.loadingOlder}</li>
          </Show>
          <For each={cells()}>
            {(cell) =>
              cell.kind === 'day' ? (
                <Day day={(cell.row() as DayRow).day} />
              ) : (
                <Message row={cell.row() as MessageRow} session={session} actions={props.actions} pointed={pointed} />
              )
            }
          </For>
          <Show when={talk.log.loaded && cells().length === 0 && !older()}>
            <li class="blank">
              <h2>{text().room.emptyTitle}</h2>
              <Show when={props.actions.canWrite()}><p>{text().room.empty(props.name)}</p></Show>
            </li>
          </Show>
        </ol>
      </div>
      <Show when={away()}>
        <div class="below">
          <div class="to-newest">
            <button class="pill" type="button" onClick={() => void toEnd()}>
              <Icon name="down" small />
              {newBelow() > 0 ? text().room.newMessages(newBelow()) : text().room.toNewest}
            </button>
          </div>
        </div>
      </Show>
    </>
  );
}
