import { createSignal, type Accessor } from 'solid-js';
import type { Fault } from '../../model/fault.ts';
import { newNonce } from '../../model/outbox.ts';
import type { MessageRow } from '../../model/rows.ts';
import type { Member } from '../../model/types.ts';
import type { Session } from '../../link/session.ts';
import type { Talk } from '../../link/talk.ts';
import { faultText } from '../state.ts';
import type { ComposerHandle } from './composer.tsx';
import type { LogHandle } from './log.tsx';
import type { RowActions } from './row.tsx';

export type Asked =
  | { readonly what: 'delete'; readonly row: MessageRow }
  | { readonly what: 'kick'; readonly member: Member }
  | { readonly what: 'menu'; readonly row: MessageRow }
  | { readonly what: 'room' | 'settings' | 'end' }
  | { readonly what: 'drop edit'; readonly row: MessageRow };

export type RoomState = ReturnType<typeof createRoomState>;

/** What log, box, members and dialogs of one room ask of each other. */
export function createRoomState(session: Session, talk: Talk, changed: () => void) {
  let log: LogHandle | undefined;
  let composer: ComposerHandle | undefined;
  const [editing, setEditingSignal] = createSignal(session.drafts.get(talk.id).edit?.seq ?? 0);
  const [problem, setProblem] = createSignal('');
  const [asked, setAsked] = createSignal<Asked>();
  const me = session.me.id;
  // A repeated save of the same words carries the same nonce, so it is one edit.
  let edit = { seq: 0, text: '', nonce: '' };

  const isOwner: Accessor<boolean> = () => {
    changed();
    // Who owns the group owns its rooms.
    const inGroup = session.groups?.get(talk.room?.group ?? '')?.role;
    return [inGroup, talk.members.get(me)?.role ?? talk.room?.role].includes('owner');
  };
  const setEditing = (seq: number): void => {
    if (log) log.keep(() => setEditingSignal(seq));
    else setEditingSignal(seq);
  };
  const fail = (error: unknown): string => faultText(error as Fault);

  /** What a dialog led to; the room says what went wrong with it. */
  const attempt = async (what: Promise<unknown>): Promise<void> => {
    setAsked(undefined);
    setProblem('');
    await what.catch((error: unknown) => setProblem(fail(error)));
  };

  const actions: RowActions = {
    editing,
    canWrite: () => {
      changed();
      return talk.status === 'ready' && !talk.room?.archived_at;
    },
    canDelete: (row) => row.author === me || isOwner(),
    reply: (row) => composer?.replyTo({ seq: row.seq, author: row.author, text: row.text.slice(0, 200) }),
    edit: (row) => {
      session.drafts.update(talk.id, { edit: { seq: row.seq, text: row.text } });
      setEditing(row.seq);
    },
    endEdit: () => {
      session.drafts.update(talk.id, { edit: undefined });
      setEditing(0);
      composer?.focus();
    },
    askDropEdit: (row) => setAsked({ what: 'drop edit', row }),
    editDraft: (row) => {
      const draft = session.drafts.get(talk.id).edit;
      return draft?.seq === row.seq ? draft.text : row.text;
    },
    keepEditDraft: (row, value) => {
      session.drafts.update(talk.id, { edit: { seq: row.seq, text: value } });
    },
    save: async (row, value) => {
      if (edit.seq !== row.seq || edit.text !== value) edit = { seq: row.seq, text: value, nonce: newNonce() };
      try {
        await talk.edit(row.seq, value, edit.nonce);
        return '';
      } catch (error) {
        return fail(error);
      }
    },
    remove: (row) => setAsked({ what: 'delete', row }),
    menu: (row) => setAsked({ what: 'menu', row }),
    retry: (nonce) => session.outbox.retry(nonce),
    discard: (nonce) => void session.outbox.discard(nonce),
    putBack: (nonce) => {
      const item = session.outbox.discard(nonce);
      if (item) composer?.putBack(item.text, item.reply);
    },
    quote: (seq) => void log?.jumpTo(seq),
  };

  return {
    id: talk.id,
    actions,
    asked,
    problem,
    setProblem,
    isOwner,
    sent: () => {
      setProblem('');
      log?.toEnd();
    },
    editLast: () => {
      const row = log?.lastOwn();
      if (!row) return;
      if (row.seq > 0) actions.edit(row);
      // It can be edited when it has arrived; who has begun to write something else by then does not want to.
      else log?.whenSent(row.nonce, (sent) => composer?.empty() && actions.edit(sent));
    },
    askRoom: (what: 'room' | 'settings' | 'end' = 'room') => void setAsked({ what }),
    attempt,
    askKick: (member: Member) => void setAsked({ what: 'kick', member }),
    close: () => void setAsked(undefined),
    remove: async (row: MessageRow) => {
      await attempt(talk.remove(row.seq, newNonce()));
      if (editing() === row.seq) actions.endEdit();
    },
    setLog: (handle: LogHandle) => {
      log = handle;
    },
    setComposer: (handle: ComposerHandle) => {
      composer = handle;
    },
  };
}
