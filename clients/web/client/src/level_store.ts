import type { Catalog, Levels, Subjects, Validity } from './messages.js';

/** One number with everything that is needed to judge it. */
export interface Level {
  readonly value: number | null;
  readonly validity: Validity;
  /** Members whose contribution enters now, of those listed. */
  readonly valid: number;
  readonly members: number;
  readonly flags: readonly string[];
  /** Event time at which it was published. */
  readonly at_ms: number;
  readonly clock: 'live' | 'close';
}

export interface SubjectLevel {
  readonly value: number | null;
  readonly validity: Validity;
  readonly at_ms: number;
}

/**
 * The newest number of every scope and signal: a snapshot and the numbered changes after it. `apply` answers false when a change does
 * not follow what is known; nothing is taken over then, and the caller asks for a snapshot. A new catalog empties the store.
 */
export class LevelStore {
  catalog: Catalog | null = null;
  session = 0;
  eventTimeMs = 0;

  #scopes = new Map<string, number>();
  #signals = new Map<string, number>();
  #levels: (Level | undefined)[] = [];
  #subjects = new Map<string, SubjectLevel>();
  #number: number | null = null;
  #flags = new Map<number, readonly string[]>();

  setCatalog(catalog: Catalog): void {
    this.catalog = catalog;
    this.#scopes = new Map(catalog.scopes.map((scope, position) => [scope.id, position]));
    this.#signals = new Map(catalog.signals.map((signal, position) => [signal.id, position]));
    this.#flags.clear();
    this.forget();
  }

  /** Leaves the names and drops every number, as when a stream is joined anew. */
  forget(): void {
    this.#levels = [];
    this.#subjects.clear();
    this.#number = null;
    this.session = this.eventTimeMs = 0;
  }

  apply(message: Levels | Subjects): boolean {
    return message.type === 'levels' ? this.#applyLevels(message) : this.#applySubjects(message);
  }

  level(scope: string, signal: string): Level | undefined {
    const row = this.#scopes.get(scope),
      column = this.#signals.get(signal);
    if (row === undefined || column === undefined) return undefined;
    return this.#levels[row * this.#signals.size + column];
  }

  subject(symbol: string, signal: string): SubjectLevel | undefined {
    return this.#subjects.get(`${symbol}|${signal}`);
  }

  #applyLevels(message: Levels): boolean {
    if (this.catalog === null || (!message.full && message.previous !== this.#number)) return false;
    if (message.full) this.#levels = [];
    message.cells.forEach((cell, i) => {
      this.#levels[cell] = {
        value: message.values[i] ?? null,
        validity: this.#validity(message.validity[i]),
        valid: message.valid[i] ?? 0,
        members: message.members[i] ?? 0,
        flags: this.#flagsOf(message.flags[i] ?? 0),
        at_ms: message.at_ms[i] ?? 0,
        clock: message.clock[i] === 1 ? 'close' : 'live',
      };
    });
    this.#number = message.number;
    this.session = message.session;
    this.eventTimeMs = millisecondsOf(message.event_time);
    return true;
  }

  #applySubjects(message: Subjects): boolean {
    // They come with the levels of the same number, which have been found to follow.
    if (this.catalog === null || (!message.full && message.number !== this.#number)) return false;
    if (message.full) this.#subjects.clear();
    for (const row of message.rows)
      this.#subjects.set(`${row.symbol}|${row.signal}`, { value: row.value, validity: this.#validity(row.validity), at_ms: row.at_ms });
    return true;
  }

  #validity(index: number | undefined): Validity {
    return this.catalog?.validities[index ?? 0] ?? 'INSUFFICIENT';
  }

  // Few combinations occur; they share one array each.
  #flagsOf(bits: number): readonly string[] {
    let names = this.#flags.get(bits);
    if (names === undefined) {
      names = (this.catalog?.flags ?? []).filter((_, bit) => (bits / 2 ** bit) % 2 >= 1);
      this.#flags.set(bits, names);
    }
    return names;
  }
}

/** Whole milliseconds of nanoseconds since 1970, rounded down. */
export function millisecondsOf(nanoseconds: string | number): number {
  const text = String(nanoseconds);
  return text.length > 6 ? Number(text.slice(0, -6)) : 0;
}
