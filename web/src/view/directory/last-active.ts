import type { Room } from '../../model/types.ts';
import { locale, more } from '../state.ts';

const nowMinutes = 5;

/** When somebody last wrote there, in words. */
export function lastActive(room: Room): string {
  if (!room.last_message_at) return more().directory.quiet;
  if (Date.parse(room.last_message_at) - Date.now() > -nowMinutes * 60_000) return more().directory.activeNow;
  return more().directory.active(ago(room.last_message_at));
}

export function ago(at: string): string {
  const minutes = (Date.parse(at) - Date.now()) / 60_000;
  const format = new Intl.RelativeTimeFormat(locale(), { numeric: 'auto', style: 'short' });
  if (minutes > -60) return format.format(Math.round(minutes), 'minute');
  if (minutes > -24 * 60) return format.format(Math.round(minutes / 60), 'hour');
  return format.format(Math.round(minutes / 1440), 'day');
}
