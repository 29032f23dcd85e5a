import { Match, Switch } from 'solid-js';
import '../../style/dialogs.css';
import type { Session } from '../../link/session.ts';
import { Create } from './create.tsx';
import type { DialogName } from './inside.tsx';
import { Settings } from './settings.tsx';
import { Shortcuts } from './shortcuts.tsx';
import { Switcher } from './switcher.tsx';

interface DialogsProps {
  name: DialogName;
  session: Session;
  open: (name: DialogName) => void;
  onClose: () => void;
}

/** The dialogs that belong to no screen. Their code is not part of the first load. */
export default function Dialogs(props: DialogsProps) {
  return (
    <Switch>
      <Match when={props.name === 'create' || props.name === 'found'}>
        <Create session={props.session} kind={props.name === 'create' ? 'room' : 'group'} onClose={props.onClose} />
      </Match>
      <Match when={props.name === 'settings'}>
        <Settings session={props.session} onClose={props.onClose} shortcuts={() => props.open('shortcuts')} />
      </Match>
      <Match when={props.name === 'shortcuts'}><Shortcuts onClose={props.onClose} /></Match>
      <Match when={props.name === 'switcher'}>
        <Switcher session={props.session} onClose={props.onClose} />
      </Match>
    </Switch>
  );
}
