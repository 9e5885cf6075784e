// What the engine's words mean, for people. docs/signals.md and docs/thesis.md are where they come from.
import type { GroundswellEvent, Validity } from '@groundswell/client';

export const kValidityShort: Record<Validity, string> = {
  INSUFFICIENT: 'too few',
  WARMUP: 'warming up',
  UNDEFINED: 'undefined',
  HALTED_MARKET: 'halted',
  STALE_INPUT: 'benchmark silent',
  PROVISIONAL: 'provisional',
  OK: '',
};

// What UNDEFINED means where it is no failure of arithmetic.
const kUndefined: readonly (readonly [RegExp, string])[] = [
  [/^wave_(lead|phi)/, 'no wave leads'],
  [/^lag_/, 'no lag is beyond chance'],
];

/** The same in a word or two, in the place of the number. */
export function absenceText(validity: Validity, signal: string): string {
  return validity === 'UNDEFINED' && kUndefined.some(([signals]) => signals.test(signal)) ? 'none' : kValidityShort[validity];
}

/** Why there is no number, or why it is to be read with care. */
export function validityText(validity: Validity, valid: number, members: number, signal = ''): string {
  switch (validity) {
    case 'INSUFFICIENT':
      return members > 0 ? `too few members: ${valid} of ${members} count` : 'too few members count';
    case 'WARMUP':
      return 'warming up: not enough sessions in memory yet';
    case 'UNDEFINED':
      return kUndefined.find(([signals]) => signals.test(signal))?.[1] ?? 'not defined now: nothing to divide by, or no benchmark';
    case 'HALTED_MARKET':
      return 'the whole market is halted';
    case 'STALE_INPUT':
      return 'the benchmark has been silent for more than 5 seconds';
    case 'PROVISIONAL':
      return 'provisional: the official closes are not all in';
    case 'OK':
      return '';
  }
}

const kFlags: Record<string, string> = {
  GAP: 'a session is missing in the memory',
  FEED_GAP: 'ticks of a member were lost',
  STALE_MEMBERS: 'a member has not traded for long',
  HALTED_MEMBERS: 'a member is halted',
  SUSPECT_MEMBERS: 'a member is held back for a doubtful price',
  CARRIED: 'over a fifth of the weight has not traded this session',
  NO_SHARES: 'no share counts: every member counts alike',
  SMALL_N: 'few members',
  LOW_DIR: 'hardly any direction',
  ONE_FACTOR: 'all members move as one',
  UNIT_BETA: 'beta not known, 1 is used',
  STALE_STATE: 'inputs have been missing for three closes or more',
  HANDOFF: 'the leaders have begun to lag',
  PARTIAL_SESSION: 'the engine started after the open',
  LATE_COMMIT: 'the close was computed late',
  APPROX_CANCEL: 'a cancel older than the trades that are kept',
  PROVISIONAL: 'before the official closes',
  REVISED: 'changed by a late correction',
};
export function flagText(flag: string): string {
  return kFlags[flag] ?? flag;
}

interface StateWords {
  glyph: string;
  means: string;
  not: string;
}
/** What a state of the thesis means, and what it does not. */
export const kStates: Record<string, StateWords> = {
  unknown: { glyph: '?', means: 'There is not enough history yet: it takes 76 closes.', not: 'It says nothing about the market.' },
  neutral: { glyph: '■', means: 'No other state has held for long enough.', not: 'It does not mean that the market is calm.' },
  narrow: { glyph: '◆', means: 'The leaders are ahead, and the others do not follow.', not: 'It does not mean that this is a top.' },
  broadening: {
    glyph: '▲',
    means: 'Most followers and most supplier baskets are ahead of the benchmark, with the thesis as a whole.',
    not: 'It does not mean that this lasts.',
  },
  confirmed: {
    glyph: '▲▲',
    means: 'Broadening, strongly, and companies with earnings leverage are rewarded.',
    not: 'It does not mean that prices are fair.',
  },
  diverging: {
    glyph: '▽',
    means: 'The index was at a high within two weeks; since then many members have fallen below their averages.',
    not: 'It does not mean that a fall will come.',
  },
  breaking: {
    glyph: '▼',
    means: 'Nearly everybody is below the average, or the thesis falls behind the market and takes its members along.',
    not: 'It is no call to sell or to buy.',
  },
};

export const kWaves = ['', 'compute', 'physical', 'monetization'] as const;
export const kQuadrants = ['', 'leading', 'weakening', 'lagging', 'improving'] as const;
const kPainted = ['cleared', 'painted', 'painted, still rising', 'painted, falling already'] as const;

export type Severity = 'warning' | 'major' | 'notice';
const kWarnings = new Set(['FEED_GAP_OPEN', 'MARKET_HALT', 'HALT_MEMBER', 'SUSPECT_TICK', 'CORP_ACTION_SUSPECT', 'COVERAGE_LOST']);
const kMajor = new Set(['STATE_CHANGE', 'WAVE_LEAD_CHANGE', 'THRUST', 'FRAGILE', 'REWARD_ON', 'REWARD_OFF']);

/** A reader's order of importance; the engine knows none. */
export function severityOf(type: string): Severity {
  return kWarnings.has(type) ? 'warning' : kMajor.has(type) ? 'major' : 'notice';
}

export function stateName(states: readonly string[], value: number | null | undefined): string {
  return value === null || value === undefined ? 'unknown' : (states[value] ?? 'unknown');
}

/** What happened, in a line. `text` writes a number of the event's signal. */
export function eventText(event: GroundswellEvent, states: readonly string[], text: (value: number) => string): string {
  const { value, prior, subject, direction } = event;
  const from = (names: readonly string[]): string =>
    `${prior === null ? '' : `${names[prior] ?? prior} → `}${value === null ? 'none' : (names[value] ?? value)}`;
  switch (event.type) {
    case 'STATE_CHANGE':
      return from(states);
    case 'PROVISIONAL_STATE':
      return `if it ended now: ${from(states)}`;
    case 'QUADRANT':
      return from(kQuadrants);
    case 'WAVE_LEAD_CHANGE':
      return `lead: ${from(kWaves)}`;
    case 'PAINTED':
    case 'PAINT_CLEARED':
      return `${subject}: ${kPainted[value ?? 0] ?? ''}`;
    case 'COMMIT':
      return direction > 0 ? 'final numbers of the session' : 'provisional numbers of the session';
    case 'FEED_GAP_OPEN':
      return value === null ? 'ticks were lost' : `${value} ticks were lost`;
    case 'FEED_GAP_CLOSED':
      return 'ticks are whole again';
    case 'HALT_MEMBER':
      return `${subject} ${direction > 0 ? 'halted' : 'resumed'}`;
    case 'MARKET_HALT':
      return 'the whole market is halted';
    case 'MARKET_RESUME':
      return 'the market trades again';
    case 'SUSPECT_TICK':
      return `${subject}: a price ${percent(value)} away is ${direction > 0 ? 'held back' : 'confirmed'}`;
    case 'CORP_ACTION_SUSPECT':
      return `${subject} opened ${percent(value)} away without a corporate action${direction < 0 ? ': taken back' : ': left out today'}`;
    case 'ROSTER_CHANGE':
      return 'members changed';
  }
  const numbers = value === null ? 'no number' : `${text(value)}${prior === null ? '' : `, was ${text(prior)}`}`;
  const limit = event.threshold === null ? '' : ` (limit ${text(event.threshold)})`;
  return `${subject === '' ? '' : `${subject}: `}${event.signal} ${numbers}${limit}`;
}

function percent(fraction: number | null): string {
  return fraction === null ? 'far' : `${(fraction * 100).toFixed(1)} %`;
}
