import type { Dictionary } from './en.ts';

const plural = new Intl.PluralRules('de');
const number = new Intl.NumberFormat('de');

function counted(count: number, one: string, other: string): string {
  return `${number.format(count)} ${plural.select(count) === 'one' ? one : other}`;
}

export const de: Dictionary = {
  locale: 'de',
  appName: 'Kith',
  skip: 'Zum Inhalt springen',
  loading: 'Wird geladen',
  cancel: 'Abbrechen',
  close: 'Schließen',
  back: 'Zurück zur Liste',
  tryAgain: 'Noch einmal versuchen',

  stage: {
    endedTitle: 'Der Server hat die Verbindung beendet',
    endedSuspended: 'Dein Konto wurde gesperrt oder entfernt. Frag die Verwaltung.',
    endedOther: (code) => `Der Server nannte den Code ${code}.`,
    startAgain: 'Neu verbinden',
    unreachableTitle: 'Der Server antwortet nicht',
    unreachable: 'Prüfe deine Verbindung. Diese Seite versucht es von selbst wieder.',
  },

  frame: {
    places: 'Räume',
    rooms: 'Räume',
    newRoom: 'Neuer Raum',
    goTo: 'Gehe zu',
    goToKey: 'Strg K',
    browse: 'Räume durchsehen',
    online: 'Online',
    offline: 'Offline',
    connecting: 'Verbindung wird hergestellt',
    settings: 'Einstellungen',
    offlineNotice: 'Offline. Nachrichten gehen hinaus, sobald du wieder verbunden bist.',
    updateNotice: 'Eine neue Fassung dieser Seite steht bereit.',
    loadUpdate: 'Jetzt laden',
    welcomeTitle: (name) => `Hallo, ${name}`,
    welcome: 'Wähle links einen Raum, oder suche einen zum Beitreten.',
    notFoundTitle: 'Diese Seite gibt es nicht',
    notFound: 'Vielleicht ist die Adresse vertippt, oder die Seite wurde verschoben.',
  },

  room: {
    join: 'Beitreten',
    skip: 'Zu den Nachrichten springen',
    messages: (name) => `Nachrichten in ${name}`,
    members: 'Mitglieder',
    membersCount: (count) => `Mitglieder, ${number.format(count)}`,
    leave: 'Raum verlassen',
    menu: 'Raummenü',
    emptyTitle: 'Hier hat noch niemand geschrieben',
    empty: (name) => `Schreib die erste Nachricht in ${name}.`,
    notHereTitle: 'Diesen Raum gibt es hier nicht',
    notHere: 'Er wurde gelöscht, oder er steht dir nicht offen.',
    notMemberTitle: (name) => `Du bist nicht in ${name}`,
    notMember: 'Tritt bei, um zu lesen und zu schreiben.',
    removedTitle: 'Du bist nicht mehr in diesem Raum',
    removed: 'Du hast ihn verlassen, oder du wurdest entfernt. Was du angefangen hast zu schreiben, ist noch da.',
    failedTitle: 'Die Nachrichten konnten nicht geladen werden',
    failed: 'Der Server hatte ein Problem. Versuch es gleich noch einmal.',
    loadingOlder: 'Ältere Nachrichten werden geladen',
    newMessages: (count) =>
      count > 999 ? '999+ neue Nachrichten' : counted(count, 'neue Nachricht', 'neue Nachrichten'),
    toNewest: 'Zur neuesten springen',
    typing: (names, more) => {
      if (names.length + more > 2) return { names: [], rest: 'Mehrere Leute schreiben' };
      return { names, rest: names.length === 1 ? 'schreibt' : 'schreiben' };
    },
    and: 'und',
  },

  row: {
    today: (day) => `Heute, ${day}`,
    edited: 'geändert',
    deleted: 'Nachricht gelöscht.',
    deletedByOther: (name) => `Nachricht von ${name} entfernt.`,
    quoteDeleted: 'Gelöschte Nachricht',
    quoteUnknown: 'Eine frühere Nachricht',
    actions: 'Aktionen zur Nachricht',
    reply: 'Antworten',
    edit: 'Ändern',
    delete: 'Löschen',
    sending: 'Wird gesendet',
    waiting: 'Wartet auf das Senden',
    notSent: 'Nicht gesendet.',
    discard: 'Verwerfen',
    putBack: 'Zurück ins Feld',
    deleteTitle: 'Diese Nachricht löschen?',
    deleteText: 'Alle sehen, dass hier eine Nachricht stand, aber nicht mehr, was sie sagte.',
    keep: 'Behalten',
  },

  composer: {
    label: (room) => `Nachricht an ${room}`,
    send: 'Senden',
    replyingTo: 'Antwort an',
    noReply: 'Nicht antworten',
    tooLong: (over) => `${counted(over, 'Zeichen', 'Zeichen')} zu lang.`,
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

  announce: {
    message: (name, text) => `${name}: ${text}`,
    many: (count) => counted(count, 'neue Nachricht', 'neue Nachrichten'),
    offline: 'Du bist offline.',
    back: 'Du bist wieder verbunden.',
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
};

export default de;
