// What the page knows: one stream at a time, live or of a recording, and the clock by which its numbers age.
import { connect, millisecondsOf } from '@groundswell/client';
import type {
  Catalog,
  Connection,
  GroundswellEvent,
  Health,
  Level,
  Marks,
  Members,
  Replay,
  Request,
  Scope,
  Signal,
  Status,
  SubjectLevel,
} from '@groundswell/client';
import { ageText } from './format';

export const kMostEvents = 2000;

export interface Staleness {
  /** What is silent: an engine, a feed, or the console's own server. */
  who: string;
  for_ms: number;
}

/** Names one event for ever. */
export function eventKey({ recording_id, universe, eseq }: GroundswellEvent): string {
  return `${recording_id}:${universe}:${eseq}`;
}

class Session {
  stream = $state<'live' | 'replay'>('live');
  recording = $state('');
  catalog = $state.raw<Catalog | null>(null);
  events = $state.raw<GroundswellEvent[]>([]);
  health = $state.raw<Health | null>(null);
  members = $state.raw<Members | null>(null);
  replay = $state.raw<Replay | null>(null);
  marks = $state.raw<Marks | null>(null);
  status = $state.raw<Status>({ state: 'connecting', heard_ms: null, attempts: 0, reason: '' });
  /** What the server last refused; shown until something works again. */
  refusal = $state('');
  schema = $state('');
  version = $state('');
  now_ms = $state(Date.now());
  /** Counts changes of the store of levels, which is not reactive itself. */
  changes = $state(0);

  #connection: Connection | null = null;
  #healthHeard_ms = 0;
  #seen = new Set<string>();
  #wanted_basket: string | null = null;

  start(): void {
    setInterval(() => (this.now_ms = Date.now()), 500);
    addEventListener('pagehide', () => this.#connection?.close());
    addEventListener('pageshow', (event) => {
      if (event.persisted) this.open(this.recording);
    });
  }

  /** Opens the live stream, or with a name the replay of a recording, and forgets what the last stream said. */
  open(recording: string): void {
    this.#connection?.close();
    this.stream = recording === '' ? 'live' : 'replay';
    this.recording = recording;
    this.catalog = this.health = this.members = this.replay = this.marks = null;
    this.events = [];
    this.#seen.clear();
    this.refusal = '';
    this.changes++;
    const base = `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/api/v1/`;
    const connection = connect(base + (recording === '' ? 'stream' : `replay?recording=${encodeURIComponent(recording)}`));
    this.#connection = connection;
    this.status = connection.status;
    connection.on('status', (status) => (this.status = status));
    connection.on('hello', (hello) => {
      this.schema = hello.schema;
      this.version = hello.version;
    });
    connection.on('catalog', (catalog) => {
      this.catalog = catalog;
      this.changes++;
    });
    const changed = (): void => {
      this.changes++;
    };
    connection.on('levels', changed);
    connection.on('subjects', changed);
    connection.on('events', (message) => this.#take(message.full, message.events));
    connection.on('health', (health) => {
      this.#healthHeard_ms = Date.now();
      this.health = health;
      if (this.status.attempts > 0) this.status = connection.status;
    });
    connection.on('members', (members) => (this.members = members));
    connection.on('replay', (replay) => (this.replay = replay));
    connection.on('marks', (marks) => (this.marks = marks));
    connection.on('error', (error) => (this.refusal = error.what));
    if (this.#wanted_basket !== null) connection.send({ op: 'members', basket: this.#wanted_basket });
  }

  send(request: Request): boolean {
    if (request.op !== 'members') this.refusal = '';
    return this.#connection?.send(request) ?? false;
  }

  /** Rows of a basket's members from now on, also after a reconnect; null: none. */
  wantMembers(basket: string | null): void {
    this.#wanted_basket = basket;
    if (this.members?.basket !== basket) this.members = null;
    this.send({ op: 'members', basket });
  }

  level(scope: string, signal: string): Level | undefined {
    void this.changes;
    return this.#connection?.levels.level(scope, signal);
  }
  subject(symbol: string, signal: string): SubjectLevel | undefined {
    void this.changes;
    return this.#connection?.levels.subject(symbol, signal);
  }
  get eventTime_ms(): number {
    void this.changes;
    const told = this.stream === 'replay' && this.replay !== null ? this.replay.at_ms : 0;
    const health = this.health?.event_time;
    return Math.max(told, this.#connection?.levels.eventTimeMs ?? 0, this.stream === 'live' && health ? millisecondsOf(health) : 0);
  }
  get tradeDate(): number {
    void this.changes;
    return this.#connection?.levels.session || (this.health?.session ?? 0);
  }

  get scopes(): Scope[] {
    return this.catalog?.scopes ?? [];
  }
  get baskets(): Scope[] {
    return this.scopes.filter((scope) => scope.kind === 'basket');
  }
  scopeName(id: string): string {
    return this.scopes.find((scope) => scope.id === id)?.name ?? id;
  }
  #signals = $derived(new Map((this.catalog?.signals ?? []).map((signal) => [signal.id, signal])));
  signal(id: string): Signal | undefined {
    return this.#signals.get(id);
  }

  /** The instant that ages are counted to: the wall clock of the server live, event time where the market is simulated or recorded. */
  get reference_ms(): number {
    if (this.stream === 'replay') return this.eventTime_ms;
    const health = this.health;
    if (health === null) return this.now_ms;
    const since_ms = Math.max(0, this.now_ms - this.#healthHeard_ms);
    const told_ms = health.mode === 'live' || health.event_time === null ? health.now_ms : this.eventTime_ms;
    return told_ms + since_ms;
  }

  /** Why the numbers on the page may not be current; null while they are. Of a recording only the server can fall silent. */
  get stale(): Staleness | null {
    const { state, heard_ms } = this.status;
    if (heard_ms !== null && state !== 'open') return { who: 'console server', for_ms: Math.max(0, this.now_ms - heard_ms) };
    const stale = this.health?.stale ?? null;
    if (stale === null || this.stream === 'replay') return null;
    const since_ms = Math.max(0, this.now_ms - this.#healthHeard_ms);
    return { who: stale.what === 'engine' ? 'engine' : `feed ${stale.name}`, for_ms: stale.for_ms + since_ms };
  }
  get staleText(): string {
    const stale = this.stale;
    return stale === null ? '' : `stale ${ageText(stale.for_ms)}: ${stale.who} silent`;
  }

  // Newest first. A reconnect tells the last events again; eseq names an event of a recording for ever.
  #take(full: boolean, events: GroundswellEvent[]): void {
    if (full) this.#seen.clear();
    const fresh = events.filter((event) => {
      const key = eventKey(event);
      return !this.#seen.has(key) && this.#seen.add(key);
    });
    const all = [...fresh.reverse(), ...(full ? [] : this.events)];
    for (const event of all.slice(kMostEvents)) this.#seen.delete(eventKey(event));
    this.events = all.slice(0, kMostEvents);
  }
}

export const session = new Session();
