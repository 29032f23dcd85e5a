import { createSignal, untrack } from 'solid-js';
import type { Changes } from '../model/changes.ts';
import { unknownOutcome, type Fault } from '../model/fault.ts';
import { isDoor, pathOf, routeOf, type Route } from '../model/routes.ts';
import type { Dictionary } from '../text/en.ts';
import type { MoreDictionary } from '../text/more.en.ts';
import { signOut as askSignOut, whoAmI, type Account, type WaysIn } from '../link/rest.ts';
import type { Session } from '../link/session.ts';
import { localStore } from '../link/storage.ts';

// What all screens share: where we are, who is signed in, and in which language and light.

const storage = localStore();
/** Somebody was signed in here when the page was last open. */
const knownKey = 'kith:known';
const againMs = 2_000;
/** The session was revoked while this page held a token of it: the sign-in is the honest answer. */
const invalidToken = 3500;

export type Theme = 'system' | 'light' | 'dark';
export type Language = 'system' | 'en' | 'de';

export type Stage =
  | { readonly name: 'door'; readonly waysIn: WaysIn; readonly signedOut: boolean }
  | { readonly name: 'inside'; readonly session: Session }
  | { readonly name: 'ended'; readonly code: number }
  | { readonly name: 'unreachable' };

const [route, setRoute] = createSignal<Route>(routeOf(location.pathname, location.hash));
const [stage, setStage] = createSignal<Stage>({ name: 'unreachable' });
const [text, setText] = createSignal<Dictionary>(undefined as unknown as Dictionary);
const [more, setMore] = createSignal<MoreDictionary>(undefined as unknown as MoreDictionary);
const [theme, setThemeSignal] = createSignal<Theme>(storedTheme());
const [language, setLanguageSignal] = createSignal<Language>(storedLanguage());
const [announcement, announce] = createSignal('');
export { announce, announcement, language, more, route, stage, text, theme };

/** Where a link led before the door stood in the way. */
let wanted: Route | undefined;

export async function start(): Promise<void> {
  applyTheme(theme());
  addEventListener('popstate', () => setRoute(routeOf(location.pathname, location.hash)));
  addEventListener('hashchange', () => setRoute(routeOf(location.pathname, location.hash)));
  // Who was inside here will most likely be so again: the code comes together with the answer.
  if (storage.getItem(knownKey)) insideCode().catch(() => {});
  await Promise.all([loadLanguage(language()), findOut()]);
}

/** The connection and all that is drawn on it: more than a stranger at the door should wait for. */
export const insideCode = () => import('./frame/inside.tsx');

/** Asks who is signed in, again and again while the server is away. */
export async function findOut(signedOut = false): Promise<void> {
  try {
    const answer = await whoAmI();
    if ('account' in answer) {
      await enter(answer.account);
      return;
    }
    storage.removeItem(knownKey);
    setStage({ name: 'door', waysIn: answer.waysIn, signedOut });
    atDoor();
  } catch {
    setStage({ name: 'unreachable' });
    setTimeout(() => void findOut(signedOut), againMs);
  }
}

/** A person has come in, by a session that was there or by one of the forms. */
export async function enter(account: Account): Promise<void> {
  const { Session } = await insideCode().catch(() => {
    throw unknownOutcome;
  });
  leave();
  storage.setItem(knownKey, 'yes');
  const session = new Session(account, {
    ended: (why) => {
      if (why === 'signed out' || why === invalidToken) void signedOut();
      else setStage({ name: 'ended', code: why });
    },
  });
  setStage({ name: 'inside', session });
  if (isDoor(route())) go(wanted ?? { page: 'home' }, true);
  wanted = undefined;
}

export async function signOut(): Promise<void> {
  // Closed first, so that the server's closing of the connection does not look like a surprise.
  leave();
  await askSignOut().catch(() => {});
  await findOut();
  go({ page: 'sign-in' }, true);
}

export function go(to: Route, replace = false): void {
  const path = pathOf(to);
  if (replace) history.replaceState(null, '', path);
  else if (path !== location.pathname + location.hash) history.pushState(null, '', path);
  setRoute(to);
}

/** Undefined while the sentences are still on their way; they come with the first later view. */
export function faultWords(code: string): string | undefined {
  return (more() as MoreDictionary | undefined)?.faults[code];
}

export function faultText(fault: Fault): string {
  return faultWords(fault.code) ?? (fault.detail || text().stage.unreachableTitle);
}

export function setTheme(value: Theme): void {
  storage.setItem('kith:theme', value);
  setThemeSignal(value);
  applyTheme(value);
}

export function setLanguage(value: Language): void {
  storage.setItem('kith:language', value);
  setLanguageSignal(value);
  void loadLanguage(value);
}

/** The reader's own region where it has the page's language: its dates, its order of names. */
export function locale(): string {
  const language = text().locale;
  return navigator.languages.find((name) => name.split('-')[0] === language) ?? language;
}

/** A signal that ticks with a model's changes, for as long as the view lives. */
export function useChanges(changes: Changes, onCleanup: (end: () => void) => void): () => void {
  const [tick, setTick] = createSignal(0);
  onCleanup(changes.listen(() => setTick((value) => value + 1)));
  return () => void tick();
}

async function signedOut(): Promise<void> {
  wanted = route();
  leave();
  await findOut(true);
}

function leave(): void {
  const current = stage();
  if (current.name === 'inside') current.session.close();
}

function atDoor(): void {
  const here = route();
  if (isDoor(here)) return;
  wanted = here;
  go({ page: 'sign-in' }, true);
}

async function loadLanguage(choice: Language): Promise<void> {
  const german = inGerman(choice);
  const [loaded] = await Promise.all([
    german ? import('../text/de.ts') : import('../text/en.ts'),
    untrack(more) ? loadMore(choice) : undefined,
  ]);
  document.documentElement.lang = loaded.default.locale;
  setText(() => loaded.default);
}

/** What is said only by views that come later; each of them waits for it. */
export async function loadMore(choice = untrack(language)): Promise<void> {
  const loaded = inGerman(choice) ? await import('../text/more.de.ts') : await import('../text/more.en.ts');
  setMore(() => loaded.default);
}

function inGerman(choice: Language): boolean {
  return choice === 'de' || (choice === 'system' && navigator.language.startsWith('de'));
}

function applyTheme(value: Theme): void {
  if (value === 'system') delete document.documentElement.dataset['theme'];
  else document.documentElement.dataset['theme'] = value;
}

function storedTheme(): Theme {
  const stored = storage.getItem('kith:theme');
  return stored === 'light' || stored === 'dark' ? stored : 'system';
}

function storedLanguage(): Language {
  const stored = storage.getItem('kith:language');
  return stored === 'en' || stored === 'de' ? stored : 'system';
}
