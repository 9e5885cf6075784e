// Curves of the past from /api/v1/history, and what the stream adds to them.
import { untrack } from 'svelte';
import { session } from './session.svelte';

export interface Query {
  signals: readonly string[];
  scopes: readonly string[];
  clock: 'live' | 'close';
}
export interface History {
  at_ms: number[];
  /** One per scope and signal, as long as at_ms. */
  series: { scope: string; signal: string; values: (number | null)[] }[];
}

export const kStep_ms = 5000;
const kMostPoints = 6000; // more than a session of extended hours in steps of 5 s
const kJump_ms = 60_000;
const kRefetch_ms = 2000;

/** Adds a point when its step of 5 s is a new one. Says false when the curve has to be fetched again: time went back, or leapt. */
export function extend(history: History, at_ms: number, value: (scope: string, signal: string) => number | null): boolean {
  const step_ms = Math.floor(at_ms / kStep_ms) * kStep_ms;
  const last_ms = history.at_ms.at(-1);
  if (last_ms === undefined) return at_ms === 0;
  if (step_ms < last_ms - kStep_ms || step_ms > last_ms + kJump_ms) return false;
  if (step_ms <= last_ms) return true;
  history.at_ms.push(step_ms);
  for (const one of history.series) one.values.push(value(one.scope, one.signal));
  if (history.at_ms.length > kMostPoints) {
    history.at_ms.shift();
    for (const one of history.series) one.values.shift();
  }
  return true;
}

export function historyAddress({ signals, scopes, clock }: Query, recording: string, to_ms: number): string {
  const query = new URLSearchParams({ signals: signals.join(','), scopes: scopes.join(','), clock });
  if (recording !== '') {
    query.set('recording', recording);
    query.set('to_ms', String(to_ms));
  }
  return `/api/v1/history?${query}`;
}

/** Keeps the curves of a query for as long as the component lives. */
export class HistoryOf {
  data = $state.raw<History | null>(null);
  error = $state('');
  loading = $state(true);
  #fetched_ms = 0;
  #tries = $state(0);
  #retry: ReturnType<typeof setTimeout> | undefined;

  constructor(query: () => Query) {
    const known = $derived(session.catalog !== null && (session.stream === 'live' || session.eventTime_ms > 0));
    const key = $derived(known ? JSON.stringify([query(), session.recording, session.catalog?.recording_id]) : '');
    $effect(() => {
      void this.#tries;
      if (key === '') return;
      const abort = new AbortController();
      untrack(() => void this.#fetch(query(), abort.signal));
      return () => abort.abort();
    });
    $effect(() => {
      void key;
      this.data = null;
      this.loading = true;
    });
    $effect(() => {
      const at_ms = session.eventTime_ms;
      const data = this.data;
      if (data === null || at_ms === 0) return;
      if (query().clock === 'close') {
        const { signals, scopes } = query();
        const newest = Math.max(0, ...scopes.flatMap((scope) => signals.map((id) => closeOf(scope, id))));
        const last = data.at_ms.at(-1) ?? 0;
        if (newest > last || (session.stream === 'replay' && last > at_ms)) this.#again();
        return;
      }
      const before = data.at_ms.length,
        first = data.at_ms[0];
      if (!extend(data, at_ms, (scope, id) => session.level(scope, id)?.value ?? null)) this.#again();
      else if (data.at_ms.length !== before || data.at_ms[0] !== first) this.data = { ...data };
    });
    $effect(() => () => clearTimeout(this.#retry));
  }

  #again(): void {
    if (this.#retry !== undefined) return;
    const wait_ms = Math.max(100, this.#fetched_ms + kRefetch_ms - Date.now());
    this.#retry = setTimeout(() => {
      this.#retry = undefined;
      this.#tries++;
    }, wait_ms);
  }

  async #fetch(query: Query, signal: AbortSignal): Promise<void> {
    this.#fetched_ms = Date.now();
    try {
      const answer = await fetch(historyAddress(query, session.recording, Math.floor(session.eventTime_ms)), { signal });
      const body = (await answer.json()) as History & { error?: string };
      this.error = answer.ok ? '' : (body.error ?? `the server answered ${answer.status}`);
      if (answer.ok) this.data = body;
      else if (answer.status >= 500) this.#again();
    } catch (error) {
      if (signal.aborted) return;
      this.error = error instanceof Error ? error.message : String(error);
      this.#again();
    }
    this.loading = false;
  }
}

function closeOf(scope: string, signal: string): number {
  const level = session.level(scope, signal);
  return level?.clock === 'close' ? level.at_ms : 0;
}
