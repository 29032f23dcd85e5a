const plural = new Intl.PluralRules('en');
const number = new Intl.NumberFormat('en');

function counted(count: number, one: string, other: string): string {
  return `${number.format(count)} ${plural.select(count) === 'one' ? one : other}`;
}

/** English, and the shape that every other language has to fill. */
export const en = {
  locale: 'en',
  appName: 'Kith',
  skip: 'Skip to the content',
  loading: 'Loading',
  cancel: 'Cancel',
  close: 'Close',
  back: 'Back to the list',
  tryAgain: 'Try again',

  stage: {
    endedTitle: 'The server has ended this connection',
    endedSuspended: 'Your account was suspended or removed. Ask an administrator.',
    endedOther: (code: number) => `The server gave the code ${code}.`,
    startAgain: 'Connect again',
    unreachableTitle: 'The server does not answer',
    unreachable: 'Check your connection. This page tries again by itself.',
  },

  frame: {
    places: 'Rooms and groups',
    rooms: 'Rooms',
    newPlace: 'New room or group',
    goTo: 'Go to',
    goToKey: 'Ctrl K',
    browse: 'Browse rooms and groups',
    online: 'Online',
    offline: 'Offline',
    connecting: 'Connecting',
    settings: 'Settings',
    offlineNotice: 'Offline. Messages are sent when you are back.',
    updateNotice: 'A new version of this page is ready.',
    loadUpdate: 'Load it',
  },

  room: {
    skip: 'Skip to messages',
    messages: (name: string) => `Messages in ${name}`,
    members: 'Members',
    membersCount: (count: number) => `Members, ${number.format(count)}`,
    menu: 'Room menu',
    emptyTitle: 'Nobody has written here yet',
    empty: (name: string) => `Write the first message in ${name}.`,
    notHereTitle: 'This room is not here',
    loadingOlder: 'Loading older messages',
    newMessages: (count: number) =>
      count > 999 ? '999+ new messages' : counted(count, 'new message', 'new messages'),
    toNewest: 'Jump to the newest',
    typing: (names: readonly string[], more: number) => {
      if (names.length + more > 2) return { names: [], rest: 'Several people are typing' };
      return { names, rest: names.length === 1 ? 'is typing' : 'are typing' };
    },
    and: 'and',
  },

  row: {
    today: (day: string) => `Today, ${day}`,
    edited: 'edited',
    deleted: 'Message deleted.',
    deletedByOther: (name: string) => `Message removed by ${name}.`,
    quoteDeleted: 'Deleted message',
    quoteUnknown: 'An earlier message',
    actions: 'Message actions',
    reply: 'Reply',
    edit: 'Edit',
    delete: 'Delete',
    sending: 'Sending',
    waiting: 'Waiting to be sent',
  },

  composer: {
    label: (room: string) => `Message ${room}`,
    send: 'Send',
    replyingTo: 'Replying to',
    noReply: 'Do not reply',
    tooLong: (over: number) => `Too long by ${counted(over, 'character', 'characters')}.`,
  },

  announce: {
    message: (name: string, text: string) => `${name}: ${text}`,
    many: (count: number) => counted(count, 'new message', 'new messages'),
    offline: 'You are offline.',
    back: 'You are connected again.',
  },
};

export type Dictionary = typeof en;
export default en;
