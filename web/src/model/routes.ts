import type { GroupId, RoomId } from './types.ts';

export type Route =
  | { readonly page: 'home' }
  | { readonly page: 'setup'; readonly token: string }
  | { readonly page: 'sign-in' }
  | { readonly page: 'register' }
  | { readonly page: 'rooms' }
  | { readonly page: 'room'; readonly room: RoomId }
  | { readonly page: 'group'; readonly group: GroupId }
  | { readonly page: 'not-found' };

export function routeOf(path: string, hash: string): Route {
  const [first, second, ...rest] = path.split('/').filter((part) => part !== '');
  if (rest.length > 0) return { page: 'not-found' };
  switch (first) {
    case undefined:
      return { page: 'home' };
    case 'setup':
      return { page: 'setup', token: decoded(hash.replace(/^#/, '')) };
    case 'sign-in':
      return { page: 'sign-in' };
    case 'register':
      return { page: 'register' };
    case 'rooms':
      return { page: 'rooms' };
    case 'room':
    case 'group':
      if (!second || !/^[A-Za-z0-9_-]{1,64}$/.test(second)) return { page: 'not-found' };
      return first === 'room' ? { page: 'room', room: second } : { page: 'group', group: second };
    default:
      return { page: 'not-found' };
  }
}

/** A link that was cut in the middle is still an address: the server says what is wrong with it. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

export function pathOf(route: Route): string {
  switch (route.page) {
    case 'home':
    case 'not-found':
      return '/';
    case 'setup':
      return `/setup#${encodeURIComponent(route.token)}`;
    case 'room':
      return `/room/${route.room}`;
    case 'group':
      return `/group/${route.group}`;
    default:
      return `/${route.page}`;
  }
}

/** Screens that are for people who are not signed in. */
export function isDoor(route: Route): boolean {
  return route.page === 'setup' || route.page === 'sign-in' || route.page === 'register';
}
