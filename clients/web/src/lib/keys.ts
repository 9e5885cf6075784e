// The keyboard map, in one place: help lists it, App obeys it.
export const kKeys: readonly (readonly [keys: string, does: string])[] = [
  ['1 … 8', 'overview, breadth, rotation, waves, leaders, events, health, recordings'],
  ['/', 'search baskets, symbols and screens'],
  ['j  k', 'next, previous row'],
  ['enter', 'open the row'],
  ['esc', 'close, or go back to the overview'],
  ['space', 'pause the tape; play or pause a replay or the tails'],
  ['n  p', 'replay: next, previous event'],
  ['←  →', 'replay: a minute back, on; with shift ten. In a chart: move the cursor'],
  ['[  ]', 'replay: slower, faster'],
  ['t', 'dark or light'],
  ['?', 'this list'],
];

export const kSpeeds = [0.25, 0.5, 1, 2, 4, 8, 16, 32, 64] as const;

/** The next speed up or down. */
export function otherSpeed(speed: number, direction: 1 | -1): number {
  const faster = kSpeeds.filter((one) => (direction > 0 ? one > speed : one < speed));
  return (direction > 0 ? faster[0] : faster.at(-1)) ?? speed;
}

/** Whether a key is meant for what has the focus and not for the page. */
export function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || /^(input|select|textarea)$/i.test(target.tagName));
}

/** Moves the focus among the rows of the screen. */
export function moveRow(direction: 1 | -1): void {
  const rows = [...document.querySelectorAll<HTMLElement>('main [data-row]')];
  const at = rows.findIndex((row) => row === document.activeElement);
  const next = at < 0 ? (direction > 0 ? 0 : rows.length - 1) : Math.min(rows.length - 1, Math.max(0, at + direction));
  rows[next]?.focus();
}

/** What the space bar does on the screen that is shown, where no replay has a better use for it. */
export const pauseKey: { toggle: (() => void) | null } = { toggle: null };
