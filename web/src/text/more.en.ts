const plural = new Intl.PluralRules('en');
const number = new Intl.NumberFormat('en');

function counted(count: number, one: string, other: string): string {
  return `${number.format(count)} ${plural.select(count) === 'one' ? one : other}`;
}

/** What the door, the directory and the dialogs say: it comes with the first of them. */
export const more = {
  door: {
    signInTitle: 'Sign in to Kith',
    signInLead: 'Welcome back.',
    handle: 'Handle',
    password: 'Password',
    yourName: 'Your name',
    showPassword: 'Show password',
    hidePassword: 'Hide password',
    signIn: 'Sign in',
    signingIn: 'Signing in',
    newHere: 'New here?',
    makeAccount: 'Make an account',
    haveAccount: 'You have an account?',
    closedToNew: 'New accounts are made by an administrator of this server.',
    noAdminYet: 'This server has no administrator yet. Open the one-time link that was printed when it started.',
    registerTitle: 'Make an account',
    registerLead: 'Your name is what others see. You sign in with your handle.',
    register: 'Make account',
    registerClosed: 'This server takes no new accounts by itself. Ask an administrator.',
    setupTitle: 'Set up this server',
    setupLead: 'You become its first administrator. The link you opened works once.',
    setup: 'Create administrator',
    setupDone: 'This server is set up already. Sign in instead.',
    setupNoToken: 'The link is not complete. Open it again as it was printed when the server started.',
    handleHint: 'Lower-case letters, digits, dot, dash and underscore.',
    passwordHint: 'At least 8 characters. A short sentence works well.',
    signedOut: 'You were signed out. What you wrote is kept.',
  },

  switcher: {
    label: 'Go to a room',
    placeholder: 'Name of a room',
    found: 'Found',
    nothing: 'No room has this name.',
  },

  settings: {
    title: 'Settings',
    appearance: 'Appearance',
    themes: { system: 'System', light: 'Light', dark: 'Dark' },
    language: 'Language',
    systemLanguage: 'System',
    signedInAs: (handle: string) => `Signed in as @${handle}`,
    signOut: 'Sign out',
    shortcuts: 'Keyboard shortcuts',
  },

  shortcuts: {
    title: 'Keyboard shortcuts',
    rows: [
      ['Ctrl K', 'Go to a room'],
      ['Alt ↑, Alt ↓', 'Previous or next room'],
      ['↑', 'In an empty box: edit your last message'],
      ['Enter', 'Send'],
      ['Shift Enter', 'Break the line'],
      ['R, E, Del', 'On a message: reply, edit, delete'],
      ['Esc', 'Cancel or close'],
      ['?', 'This list'],
    ] as ReadonlyArray<readonly [string, string]>,
  },

  directory: {
    title: 'Rooms',
    count: (count: number) => `${counted(count, 'room', 'rooms')} you can see`,
    search: 'Search rooms',
    searchPlaceholder: 'Search by name or topic',
    join: 'Join',
    joinNamed: (name: string) => `Join ${name}`,
    joined: 'Joined',
    members: (count: number) => counted(count, 'member', 'members'),
    active: (when: string) => `active ${when}`,
    activeNow: 'active now',
    quiet: 'quiet so far',
    emptyTitle: 'No rooms yet',
    empty: 'A room is a place for one topic. Make the first one.',
    nothingTitle: 'Nothing found',
    nothing: 'No room has this in its name or topic.',
    more: 'Show more',
  },

  create: {
    title: 'New room',
    name: 'Name',
    topic: 'Topic',
    topicHint: 'One line, shown under the name. You can leave it out.',
    create: 'Create room',
  },

  remove: {
    deleteTitle: 'Delete this message?',
    deleteText: 'Everybody sees that a message was here, but not what it said.',
    keep: 'Keep',
  },

  edit: {
    editing: 'Edit message',
    save: 'Save',
    editHint: 'Esc to cancel, Enter to save',
    dropEditTitle: 'Discard your changes?',
    dropEditText: 'The message stays as it was.',
    dropEdit: 'Discard changes',
    goOnEditing: 'Go on editing',
  },

  members: {
    title: 'Members',
    online: 'Online',
    offline: 'Offline',
    you: 'You',
    owner: 'Owner',
    hiddenWhileOffline: 'Who is online shows again when you are back.',
    more: 'Show more',
    menu: (name: string) => `Remove ${name}`,
    kick: 'Remove from room',
    kickTitle: (name: string) => `Remove ${name} from this room?`,
    kickText: 'They stop seeing it at once. They can join again while the room is open.',
    reason: 'Reason',
    reasonHint: 'You can leave it out.',
  },

  menu: {
    leave: 'Leave room',
  },

  closed: {
    join: 'Join',
    notHere: 'It was deleted, or it is not open to you.',
    notMemberTitle: (name: string) => `You are not in ${name}`,
    notMember: 'Join to read and write.',
    removedTitle: 'You are no longer in this room',
    removed: 'You left it, or its owner removed you. What you had begun to write is kept.',
    failedTitle: 'The messages could not be loaded',
    failed: 'The server had a problem. Try again in a moment.',
  },

  faults: {
    unreachable: 'The server does not answer. Try again.',
    internal: 'The server had a problem. Try again.',
    unauthorized: 'You are signed out.',
    permission_denied: 'You may not do this.',
    bad_request: 'Something in it is not allowed.',
    not_available: 'This is not available here.',
    too_many_requests: 'Too many attempts. Wait a moment and try again.',
    not_found: 'It is not here any more.',
    not_member: 'You are not in this room.',
    archived: 'This room is archived. You can read it.',
    text_too_long: 'The text is too long.',
    nonce_conflict: 'This was sent before with another text.',
    already: 'That has happened already.',
    last_owner: 'You are the last owner of this room, so you cannot leave it.',
    read_only: 'The server cannot store anything right now. Try again later.',
  } as Readonly<Record<string, string>>,

  forms: {
    wrong_credentials: 'Handle and password do not belong together. Try again, or ask an administrator.',
    handle_form: 'Between 2 and 32 characters: lower-case letters, digits, dot, dash and underscore.',
    handle_taken: 'This handle is taken. Choose another one.',
    name_form: 'Between 1 and 64 characters.',
    password_form: 'At least 8 characters.',
    password_common: 'This is one of the commonest passwords. Choose another one.',
    topic_form: 'At most 1024 characters.',
    missing: 'Fill this in.',
  } as Readonly<Record<string, string>>,
};

export type MoreDictionary = typeof more;
export default more;
