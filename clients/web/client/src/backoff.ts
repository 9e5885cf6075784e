export interface Backoff {
  /** Longest first wait; doubles with every attempt that fails. */
  first_ms: number;
  most_ms: number;
}

/** How long to wait before attempt 0, 1, 2 …: anything up to a bound that doubles, so that many clients do not come back at once. */
export function waitBefore(attempt: number, { first_ms, most_ms }: Backoff, random: () => number): number {
  const bound = Math.min(most_ms, first_ms * 2 ** Math.min(attempt, 30));
  return bound / 2 + (random() * bound) / 2;
}
