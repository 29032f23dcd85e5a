import type { Session } from '../../link/session.ts';
import { Choice } from '../parts/choice.tsx';
import { CloseRow, Dialog } from '../parts/dialog.tsx';
import { language, more, setLanguage, setTheme, signOut, theme, type Language, type Theme } from '../state.ts';

const themes: readonly Theme[] = ['system', 'light', 'dark'];

/** Saved as changed. */
export function Settings(props: { session: Session; onClose: () => void; shortcuts: () => void }) {
  const languages = (): ReadonlyArray<readonly [Language, string]> => [
    ['system', more().settings.systemLanguage],
    ['en', languageNames.en],
    ['de', languageNames.de],
  ];
  return (
    <Dialog title={more().settings.title} class="settings" onClose={props.onClose}>
      <p class="dialog-text">{more().settings.signedInAs(props.session.me.handle)}</p>
      <Choice
        label={more().settings.appearance}
        name="theme"
        value={theme()}
        options={themes.map((name) => [name, more().settings.themes[name]])}
        onChange={(value) => setTheme(value as Theme)}
      />
      <Choice
        label={more().settings.language}
        name="language"
        value={language()}
        options={languages()}
        onChange={(value) => setLanguage(value as Language)}
      />
      <section>
        <button class="button" type="button" onClick={() => props.shortcuts()}>{more().settings.shortcuts}</button>{' '}
        <button class="button bad" type="button" onClick={() => void signOut()}>{more().settings.signOut}</button>
      </section>
      <CloseRow onClose={props.onClose} />
    </Dialog>
  );
}

/** Every language calls itself by its own name, whatever language is chosen. */
const languageNames = { en: 'English', de: 'Deutsch' };
