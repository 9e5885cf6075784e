// Times of the market: New York, with its zone named, whatever the zone of the reader. Intl knows when clocks change.

const kZone = 'America/New_York';

function formatter(options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  return new Intl.DateTimeFormat('en-US', { timeZone: kZone, hourCycle: 'h23', ...options });
}
const kClock = formatter({ hour: '2-digit', minute: '2-digit', second: '2-digit' });
const kMinute = formatter({ hour: '2-digit', minute: '2-digit' });
const kDay = formatter({ day: 'numeric', month: 'short' });
const kDayYear = formatter({ day: 'numeric', month: 'short', year: 'numeric' });
const kWeekday = formatter({ weekday: 'short' });
const kZoneName = formatter({ timeZoneName: 'short' });

function part(format: Intl.DateTimeFormat, ms: number, type: Intl.DateTimeFormatPartTypes): string {
  return format.formatToParts(ms).find((piece) => piece.type === type)?.value ?? '';
}
function dayMonth(format: Intl.DateTimeFormat, ms: number): string {
  return `${part(format, ms, 'day')} ${part(format, ms, 'month')}`;
}

/** EST or EDT. */
export function zoneName(ms: number): string {
  return part(kZoneName, ms, 'timeZoneName');
}
export function clockText(ms: number): string {
  return kClock.format(ms);
}
export function minuteText(ms: number): string {
  return kMinute.format(ms);
}
export function dayText(ms: number): string {
  return dayMonth(kDay, ms);
}
export function dateText(ms: number): string {
  return `${kWeekday.format(ms)} ${dayMonth(kDayYear, ms)} ${part(kDayYear, ms, 'year')}`;
}
/** Fri 20 Nov 2026 15:42:10 EST */
export function instantText(ms: number): string {
  return `${dateText(ms)} ${clockText(ms)} ${zoneName(ms)}`;
}
/** The time alone on the day of `now_ms`, with the day otherwise. */
export function shortInstantText(ms: number, now_ms: number): string {
  return dayText(ms) === dayText(now_ms) ? clockText(ms) : `${dayText(ms)} ${minuteText(ms)}`;
}
/** 2026-11-20 of 20261120; nothing before the first session. */
export function sessionText(session: number): string {
  if (session === 0) return '';
  const text = String(session);
  return `${text.slice(0, 4)}-${text.slice(4, 6)}-${text.slice(6, 8)}`;
}
