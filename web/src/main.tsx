import { render } from 'solid-js/web';
import './style/tokens.css';
import './style/base.css';
import './style/frame.css';
import './style/parts.css';
import './style/room.css';
import { App } from './view/app.tsx';
import { start } from './view/state.ts';

// Texts and the account are asked for at the same time; the first paint has both.
void start().then(() => render(() => <App />, document.body));
