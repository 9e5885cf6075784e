// The engine's counters, as `groundswell status --json` gives them, made into rows. What is not there is left out, not invented.

type Json = Record<string, unknown>;
const object = (value: unknown): Json => (typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {});
const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
const number = (value: unknown): number | null =>
  typeof value === 'number' ? value : typeof value === 'string' && value !== '' ? Number(value) : null;

export interface LineRow {
  frames: number | null;
  ticks: number | null;
  wins: number | null;
  duplicates: number | null;
  mismatches: number | null;
  holes: number | null;
  silences: number | null;
  last_frame_age_ms: number | null;
  lag_ms: number | null;
}
export interface FeedRow {
  name: string;
  mode: string;
  ticks: number | null;
  journaled: number | null;
  gaps: number | null;
  lost: number | null;
  repaired: number | null;
  duplicates: number | null;
  rejected: { reason: string; count: number }[];
  last_tick_age_ms: number | null;
  lines: LineRow[];
}

export function feedsOf(stats: Json | null): FeedRow[] {
  return list(stats?.feeds).map((each) => {
    const feed = object(each),
      ticks = object(feed.ticks);
    return {
      name: String(feed.name ?? ''),
      mode: String(feed.mode ?? ''),
      ticks: number(ticks.in),
      journaled: number(ticks.journaled),
      gaps: number(ticks.gaps),
      lost: number(ticks.lost),
      repaired: number(ticks.repaired),
      duplicates: number(ticks.duplicate),
      rejected: Object.entries(object(ticks.rejected))
        .map(([reason, count]) => ({ reason, count: number(count) ?? 0 }))
        .filter((one) => one.count > 0),
      last_tick_age_ms: number(feed.last_tick_age_ms),
      lines: list(feed.lines).map((one) => {
        const line = object(one),
          lag_ns = number(line.lag_ns);
        return {
          frames: number(object(line.frames).in),
          ticks: number(line.ticks),
          wins: number(line.wins),
          duplicates: number(line.duplicates),
          mismatches: number(line.mismatches),
          holes: number(line.holes),
          silences: number(line.silences),
          last_frame_age_ms: number(line.last_frame_age_ms),
          lag_ms: lag_ns === null ? null : lag_ns / 1e6,
        };
      }),
    };
  });
}

export interface StallRow {
  stage: string;
  count: number;
  longest_ms: number;
}
export function stallsOf(stats: Json | null): StallRow[] {
  return list(object(stats?.pipeline).stalls).map((each) => {
    const stall = object(each);
    return { stage: String(stall.stage ?? ''), count: number(stall.count) ?? 0, longest_ms: number(stall.longest_ms) ?? 0 };
  });
}

export interface LatencyRow {
  name: string;
  count: number | null;
  quantiles: { name: string; us: number }[];
}
/** `latency` is an object of histograms by name; of each the members p50_us, p99_us, … are its quantiles. */
export function latenciesOf(stats: Json | null): LatencyRow[] {
  const rows: LatencyRow[] = [];
  const walk = (name: string, value: Json): void => {
    const quantiles = Object.entries(value)
      .filter(([key, one]) => /^(p\d+|max)_us$/.test(key) && number(one) !== null)
      .map(([key, one]) => ({ name: key.slice(0, -3), us: number(one) ?? 0 }));
    if (quantiles.length > 0) rows.push({ name, count: number(value.count), quantiles });
    else for (const [key, one] of Object.entries(value)) if (key !== 'buckets') walk(name === '' ? key : `${name} ${key}`, object(one));
  };
  walk('', object(stats?.latency));
  return rows;
}

/** Ticks a second between two health messages. */
export function rateOf(before: { at_ms: number; ticks: number } | undefined, now: { at_ms: number; ticks: number }): number | null {
  if (before === undefined || now.at_ms <= before.at_ms || now.ticks < before.ticks) return null;
  return ((now.ticks - before.ticks) * 1000) / (now.at_ms - before.at_ms);
}
