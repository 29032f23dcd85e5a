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

  remove: {
    deleteTitle: 'Diese Nachricht löschen?',
    deleteText: 'Alle sehen, dass hier eine Nachricht stand, aber nicht mehr, was sie sagte.',
    keep: 'Behalten',
  },

  edit: {
    editing: 'Nachricht ändern',
    save: 'Sichern',
    editHint: 'Esc bricht ab, Eingabe sichert',
    dropEditTitle: 'Änderungen verwerfen?',
    dropEditText: 'Die Nachricht bleibt, wie sie war.',
    dropEdit: 'Änderungen verwerfen',
    goOnEditing: 'Weiter ändern',
  },

  members: {
    title: 'Mitglieder',
    online: 'Online',
    offline: 'Offline',
    you: 'Du',
    owner: 'Gehört der Raum',
    hiddenWhileOffline: 'Wer online ist, siehst du wieder, sobald du verbunden bist.',
    more: 'Mehr zeigen',
    menu: (name) => `${name} entfernen`,
    kick: 'Aus dem Raum entfernen',
    kickTitle: (name) => `${name} aus diesem Raum entfernen?`,
    kickText: 'Der Raum ist sofort nicht mehr zu sehen. Solange er offen ist, kann man wieder beitreten.',
    reason: 'Grund',
    reasonHint: 'Du kannst ihn weglassen.',
  },

  menu: {
    leave: 'Raum verlassen',
  },

  closed: {
    join: 'Beitreten',
    notHere: 'Er wurde gelöscht, oder er steht dir nicht offen.',
    notMemberTitle: (name) => `Du bist nicht in ${name}`,
    notMember: 'Tritt bei, um zu lesen und zu schreiben.',
    removedTitle: 'Du bist nicht mehr in diesem Raum',
    removed: 'Du hast ihn verlassen, oder du wurdest entfernt. Was du angefangen hast zu schreiben, ist noch da.',
    failedTitle: 'Die Nachrichten konnten nicht geladen werden',
    failed: 'Der Server hatte ein Problem. Versuch es gleich noch einmal.',
  },

  faults: {
    unreachable: 'Der Server antwortet nicht. Versuch es noch einmal.',
    internal: 'Der Server hatte ein Problem. Versuch es noch einmal.',
    unauthorized: 'Du bist abgemeldet.',
    permission_denied: 'Das darfst du nicht.',
    bad_request: 'Etwas darin ist nicht erlaubt.',
    not_available: 'Das gibt es hier nicht.',
    too_many_requests: 'Zu viele Versuche. Warte einen Augenblick und versuch es noch einmal.',
    not_found: 'Das gibt es nicht mehr.',
    not_member: 'Du bist nicht in diesem Raum.',
    archived: 'Dieser Raum ist archiviert. Du kannst ihn lesen.',
    text_too_long: 'Der Text ist zu lang.',
    nonce_conflict: 'Das wurde schon mit einem anderen Text gesendet.',
    already: 'Das ist schon geschehen.',
    last_owner: 'Der Raum gehört nur noch dir, deshalb kannst du ihn nicht verlassen.',
    read_only: 'Der Server kann gerade nichts speichern. Versuch es später noch einmal.',
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
