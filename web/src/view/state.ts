import { createSignal } from 'solid-js';
import type { Changes } from '../model/changes.ts';
import type { Fault } from '../model/fault.ts';
import { isDoor, pathOf, routeOf, type Route } from '../model/routes.ts';
import type { Dictionary } from '../text/en.ts';
import { signOut as askSignOut, whoAmI, type Account, type WaysIn } from '../link/rest.ts';
import { Session } from '../link/session.ts';
import { localStore } from '../link/storage.ts';

// What all screens share: where we are, who is signed in, and in which language and light.

const storage = localStore();
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
const [theme, setThemeSignal] = createSignal<Theme>(storedTheme());
const [language, setLanguageSignal] = createSignal<Language>(storedLanguage());
const [announcement, announce] = createSignal('');
export { announce, announcement, language, route, stage, text, theme };

/** Where a link led before the door stood in the way. */
let wanted: Route | undefined;

export async function start(): Promise<void> {
  applyTheme(theme());
  addEventListener('popstate', () => setRoute(routeOf(location.pathname, location.hash)));
  addEventListener('hashchange', () => setRoute(routeOf(location.pathname, location.hash)));
  await Promise.all([loadLanguage(language()), findOut()]);
}

/** Asks who is signed in, again and again while the server is away. */
export async function findOut(signedOut = false): Promise<void> {
  try {
    const answer = await whoAmI();
    if ('account' in answer) {
      enter(answer.account);
      return;
    }
    setStage({ name: 'door', waysIn: answer.waysIn, signedOut });
    atDoor();
  } catch {
    setStage({ name: 'unreachable' });
    setTimeout(() => void findOut(signedOut), againMs);
  }
}

/** A person has come in, by a session that was there or by one of the forms. */
export function enter(account: Account): void {
  leave();
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

export function faultText(fault: Fault): string {
  return text().faults[fault.code] ?? (fault.detail || (text().faults['internal'] as string));
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
  const german = choice === 'de' || (choice === 'system' && navigator.language.startsWith('de'));
  const loaded = german ? await import('../text/de.ts') : await import('../text/en.ts');
  document.documentElement.lang = loaded.default.locale;
  setText(() => loaded.default);
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
