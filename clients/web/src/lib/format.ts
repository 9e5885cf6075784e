// Numbers and ages as a trader reads them. What is shown is rounded; the exact value stays in data-value and in the tooltip.

const kMinus = '\u2212';

interface Style {
  decimals: number;
  suffix: string;
  /** What the value is multiplied by. */
  factor: number;
  compact?: boolean;
}
const kStyles: Record<string, Style> = {
  '%': { decimals: 1, suffix: ' %', factor: 1 },
  ln: { decimals: 2, suffix: ' %', factor: 100 },
  issues: { decimals: 0, suffix: '', factor: 1 },
  members: { decimals: 1, suffix: '', factor: 1 },
  sessions: { decimals: 0, suffix: '', factor: 1 },
  rank: { decimals: 0, suffix: '', factor: 1 },
  kind: { decimals: 0, suffix: '', factor: 1 },
  state: { decimals: 0, suffix: '', factor: 1 },
  '0/1': { decimals: 0, suffix: '', factor: 1 },
  points: { decimals: 0, suffix: '', factor: 1 },
  score: { decimals: 0, suffix: '', factor: 1 },
  bp: { decimals: 0, suffix: ' bp', factor: 1 },
  '1/1000': { decimals: 1, suffix: '', factor: 1 },
  shares: { decimals: 1, suffix: '', factor: 1, compact: true },
  dollars: { decimals: 1, suffix: ' $', factor: 1, compact: true },
  'cumulative issues': { decimals: 0, suffix: '', factor: 1 },
};
const kDefault: Style = { decimals: 2, suffix: '', factor: 1 };

// Numbers that may be negative: these show a sign also when they are not.
const kSigned = new RegExp(
  '^(net_adv|ad_pct|rana|adl|adp|adlog|advol|mcc|hl_pct|tick|vwb|ln_trin|excess|rs_over|mansfield|z\\d|rank_change|beta_adj|' +
    'ew_cw|tgap|d_absorption|broadening|lag_|leader_excess|e_|belief_gap|change|contribution)',
);

export function isSigned(signal: string): boolean {
  return kSigned.test(signal);
}

export function compactText(value: number, decimals = 1): string {
  const size = Math.abs(value);
  for (const [bound, letter] of [
    [1e12, 'T'],
    [1e9, 'B'],
    [1e6, 'M'],
    [1e3, 'k'],
  ] as const)
    if (size >= bound) return `${(value / bound).toFixed(decimals)}${letter}`;
  return value.toFixed(0);
}

/** Without a sign for 0, with the typographic minus, thousands apart. */
export function fixedText(value: number, decimals: number, signed = false): string {
  const text = Math.abs(value).toFixed(decimals);
  const isZero = Number(text) === 0;
  const [whole = '', fraction] = text.split('.');
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, '\u202f');
  const sign = isZero ? '' : value < 0 ? kMinus : signed ? '+' : '';
  return sign + grouped + (fraction === undefined ? '' : `.${fraction}`);
}

export function numberText(value: number, unit: string, signal = ''): string {
  const style = kStyles[unit] ?? kDefault;
  const scaled = value * style.factor;
  if (style.compact) return compactText(scaled, style.decimals) + style.suffix;
  return fixedText(scaled, style.decimals, isSigned(signal)) + style.suffix;
}

/** ▲ above, ▼ below, ■ at the middle: colour never says it alone. */
export function glyph(value: number | null, middle = 0): string {
  if (value === null) return '';
  return value > middle ? '▲' : value < middle ? '▼' : '■';
}

export function tone(value: number | null, middle = 0): 'up' | 'down' | 'flat' {
  return value === null || value === middle ? 'flat' : value > middle ? 'up' : 'down';
}

export function ageText(age_ms: number): string {
  const seconds = Math.max(0, Math.floor(age_ms / 1000));
  if (seconds < 120) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 120) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h` : `${Math.floor(hours / 24)} d`;
}

export function bytesText(bytes: number): string {
  for (const [bound, unit] of [
    [1e9, 'GB'],
    [1e6, 'MB'],
    [1e3, 'kB'],
  ] as const)
    if (bytes >= bound) return `${(bytes / bound).toFixed(1)} ${unit}`;
  return `${bytes} B`;
}

export function countText(count: number): string {
  return fixedText(count, 0);
}
