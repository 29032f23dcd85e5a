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
    places: 'Räume und Gruppen',
    rooms: 'Räume',
    newPlace: 'Neuer Raum oder neue Gruppe',
    goTo: 'Gehe zu',
    goToKey: 'Strg K',
    browse: 'Räume und Gruppen durchsehen',
    online: 'Online',
    offline: 'Offline',
    connecting: 'Verbindung wird hergestellt',
    settings: 'Einstellungen',
    offlineNotice: 'Offline. Nachrichten gehen hinaus, sobald du wieder verbunden bist.',
    updateNotice: 'Eine neue Fassung dieser Seite steht bereit.',
    loadUpdate: 'Jetzt laden',
  },

  room: {
    skip: 'Zu den Nachrichten springen',
    messages: (name) => `Nachrichten in ${name}`,
    members: 'Mitglieder',
    membersCount: (count) => `Mitglieder, ${number.format(count)}`,
    menu: 'Raummenü',
    emptyTitle: 'Hier hat noch niemand geschrieben',
    empty: (name) => `Schreib die erste Nachricht in ${name}.`,
    notHereTitle: 'Diesen Raum gibt es hier nicht',
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
  },

  composer: {
    label: (room) => `Nachricht an ${room}`,
    send: 'Senden',
    replyingTo: 'Antwort an',
    noReply: 'Nicht antworten',
    tooLong: (over) => `${counted(over, 'Zeichen', 'Zeichen')} zu lang.`,
  },

  announce: {
    message: (name, text) => `${name}: ${text}`,
    many: (count) => counted(count, 'neue Nachricht', 'neue Nachrichten'),
    offline: 'Du bist offline.',
    back: 'Du bist wieder verbunden.',
  },
};

export default de;
