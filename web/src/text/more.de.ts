import type { MoreDictionary } from './more.en.ts';

const plural = new Intl.PluralRules('de');
const number = new Intl.NumberFormat('de');

function counted(count: number, one: string, other: string): string {
  return `${number.format(count)} ${plural.select(count) === 'one' ? one : other}`;
}

export const more: MoreDictionary = {
  door: {
    signInTitle: 'Bei Kith anmelden',
    signInLead: 'Willkommen zurück.',
    handle: 'Kurzname',
    password: 'Passwort',
    yourName: 'Dein Name',
    showPassword: 'Passwort zeigen',
    hidePassword: 'Passwort verbergen',
    signIn: 'Anmelden',
    signingIn: 'Anmeldung läuft',
    newHere: 'Neu hier?',
    makeAccount: 'Konto anlegen',
    haveAccount: 'Du hast schon ein Konto?',
    closedToNew: 'Neue Konten legt eine Administratorin oder ein Administrator dieses Servers an.',
    noAdminYet: 'Dieser Server hat noch niemanden, der ihn verwaltet. Öffne den einmaligen Link, der beim Start ausgegeben wurde.',
    registerTitle: 'Konto anlegen',
    registerLead: 'Deinen Namen sehen die anderen. Mit dem Kurznamen meldest du dich an.',
    register: 'Konto anlegen',
    registerClosed: 'Auf diesem Server kann man selbst kein Konto anlegen. Frag die Verwaltung.',
    setupTitle: 'Diesen Server einrichten',
    setupLead: 'Du wirst die erste Person, die ihn verwaltet. Der geöffnete Link gilt einmal.',
    setup: 'Verwaltungskonto anlegen',
    setupDone: 'Dieser Server ist schon eingerichtet. Melde dich an.',
    setupNoToken: 'Der Link ist nicht vollständig. Öffne ihn so, wie er beim Start ausgegeben wurde.',
    handleHint: 'Kleinbuchstaben, Ziffern, Punkt, Binde- und Unterstrich.',
    passwordHint: 'Mindestens 8 Zeichen. Ein kurzer Satz eignet sich gut.',
    signedOut: 'Du wurdest abgemeldet. Was du geschrieben hast, ist noch da.',
  },

  switcher: {
    label: 'Gehe zu einem Raum',
    placeholder: 'Name eines Raums',
    found: 'Gefunden',
    nothing: 'Kein Raum heißt so.',
  },

  settings: {
    title: 'Einstellungen',
    appearance: 'Aussehen',
    themes: { system: 'System', light: 'Hell', dark: 'Dunkel' },
    language: 'Sprache',
    systemLanguage: 'System',
    signedInAs: (handle) => `Angemeldet als @${handle}`,
    signOut: 'Abmelden',
    shortcuts: 'Tastenkürzel',
  },

  shortcuts: {
    title: 'Tastenkürzel',
    rows: [
      ['Strg K', 'Gehe zu einem Raum'],
      ['Alt ↑, Alt ↓', 'Voriger oder nächster Raum'],
      ['↑', 'Im leeren Feld: die letzte eigene Nachricht ändern'],
      ['Eingabe', 'Senden'],
      ['Umschalt Eingabe', 'Neue Zeile'],
      ['R, E, Entf', 'Auf einer Nachricht: antworten, ändern, löschen'],
      ['Esc', 'Abbrechen oder schließen'],
      ['?', 'Diese Liste'],
    ],
  },

  directory: {
    title: 'Räume',
    count: (count) => `${counted(count, 'Raum', 'Räume')}, die du sehen kannst`,
    search: 'Räume suchen',
    searchPlaceholder: 'Nach Name oder Thema suchen',
    join: 'Beitreten',
    joinNamed: (name) => `${name} beitreten`,
    joined: 'Dabei',
    members: (count) => counted(count, 'Mitglied', 'Mitglieder'),
    active: (when) => `aktiv ${when}`,
    activeNow: 'gerade aktiv',
    quiet: 'noch still',
    emptyTitle: 'Noch keine Räume',
    empty: 'Ein Raum ist ein Ort für ein Thema. Lege den ersten an.',
    nothingTitle: 'Nichts gefunden',
    nothing: 'Kein Raum hat das im Namen oder Thema.',
    more: 'Mehr zeigen',
  },

  create: {
    title: 'Neuer Raum',
    name: 'Name',
    topic: 'Thema',
    topicHint: 'Eine Zeile unter dem Namen. Du kannst sie weglassen.',
    create: 'Raum anlegen',
  },

  forms: {
    wrong_credentials: 'Kurzname und Passwort gehören nicht zusammen. Versuch es noch einmal, oder frag die Verwaltung.',
    handle_form: '2 bis 32 Zeichen: Kleinbuchstaben, Ziffern, Punkt, Binde- und Unterstrich.',
    handle_taken: 'Dieser Kurzname ist vergeben. Wähle einen anderen.',
    name_form: '1 bis 64 Zeichen.',
    password_form: 'Mindestens 8 Zeichen.',
    password_common: 'Dieses Passwort gehört zu den häufigsten. Wähle ein anderes.',
    topic_form: 'Höchstens 1024 Zeichen.',
    missing: 'Bitte ausfüllen.',
  },
};

export default more;
