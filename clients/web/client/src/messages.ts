// What a groundswell console says and hears, schema groundswell.console/1. 64-bit integers are decimal strings.
// Names that end in _ms are whole milliseconds since 1970 UTC. A number that is null has a validity that says why.

export type Validity = 'INSUFFICIENT' | 'WARMUP' | 'UNDEFINED' | 'HALTED_MARKET' | 'STALE_INPUT' | 'PROVISIONAL' | 'OK';
export type ScopeKind = 'basket' | 'wave' | 'thesis' | 'symbols';
export type Clock = 'live' | 'close';
export type Channel = 'levels' | 'events' | 'health';

export interface Scope {
  id: string;
  name: string;
  kind: ScopeKind;
  wave: 1 | 2 | 3 | null;
}
export interface Signal {
  id: string;
  unit: string;
  title: string;
  clocks: Clock[];
  definition: string;
}
export interface Member {
  symbol: string;
  role: 'leader' | 'follower' | 'spender';
}
export interface Trigger {
  name: string;
  type: string;
  signal: string;
  rule: string;
}

export interface Hello {
  type: 'hello';
  schema: string;
  version: string;
  stream: 'live' | 'replay';
}
/** Names of everything that other messages give by position. */
export interface Catalog {
  type: 'catalog';
  recording_id: string;
  universe_version: string;
  scopes: Scope[];
  signals: Signal[];
  symbols: string[];
  members: Record<string, Member[]>;
  triggers: Trigger[];
  validities: Validity[];
  flags: string[];
  states: string[];
}
/** Numbers as parallel arrays; cell = scope position * signals + signal position. */
export interface Levels {
  type: 'levels';
  number: number;
  previous: number;
  full: boolean;
  recording_id: string;
  /** Trade date as yyyymmdd, 0 before the first. */
  session: number;
  event_time: string;
  cells: number[];
  values: (number | null)[];
  validity: number[];
  valid: number[];
  members: number[];
  flags: number[];
  at_ms: number[];
  clock: (0 | 1)[];
}
export interface SubjectRow {
  symbol: string;
  signal: string;
  value: number | null;
  validity: number;
  at_ms: number;
}
/** Numbers about single symbols, told at commits. */
export interface Subjects {
  type: 'subjects';
  number: number;
  previous: number;
  full: boolean;
  rows: SubjectRow[];
}
export interface Why {
  symbol: string;
  delta: number;
}
/** One event, the object of `groundswell tail --json`. */
export interface GroundswellEvent {
  event_id: string;
  recording_id: string;
  universe: string;
  type: string;
  trigger: string;
  signal: string;
  scope: string;
  subject: string;
  session: string;
  ts_event: number | string;
  cause_jseq: number | string;
  eseq: number | string;
  scope_seq: number | string;
  value: number | null;
  validity: Validity;
  threshold: number | null;
  direction: -1 | 0 | 1;
  prior: number | null;
  n_valid: number;
  n_members: number;
  flags: string[];
  clock: Clock;
  why: Why[];
  definition: string;
  roster: string;
  roster_version: string;
  config: string;
}
export interface Events {
  type: 'events';
  full: boolean;
  events: GroundswellEvent[];
}
export interface Operation {
  time_ms: number;
  severity: 'I' | 'W' | 'E';
  component: string;
  text: string;
}
export interface Stale {
  what: 'engine' | 'feed';
  name: string;
  for_ms: number;
}
export interface Health {
  type: 'health';
  connection: 'connecting' | 'joining' | 'live' | 'repairing' | 'stale';
  heartbeat_age_ms: number | null;
  mode: 'live' | 'replay' | 'simulated' | null;
  node_state: 'starting' | 'running' | 'degraded' | 'stopping' | null;
  event_time: string | null;
  session: number;
  now_ms: number;
  stale: Stale | null;
  lost_events: number;
  trouble: string;
  operations: Operation[];
  /** Counters of the engine, as `groundswell status --json` gives them. */
  stats: Record<string, unknown> | null;
  web: { sessions: number; conflated: number; uptime_s: number };
}
export interface MemberRow {
  symbol: string;
  role: Member['role'];
  last: number | null;
  change: number | null;
  contribution: number | null;
  volume: number | null;
  last_trade_ms: number | null;
  halted: boolean;
  quarantined: boolean;
  counts: boolean;
  rs_rating: number | null;
  k_score: number | null;
  spoon: number | null;
  painted: number | null;
}
export interface Members {
  type: 'members';
  basket: string;
  event_time: string;
  rows: MemberRow[];
}
export interface Replay {
  type: 'replay';
  state: 'loading' | 'paused' | 'playing' | 'ended' | 'failed';
  recording: string;
  from_ms: number;
  to_ms: number;
  at_ms: number;
  speed: number;
  error: string;
  progress: number;
}
export interface Marks {
  type: 'marks';
  at_ms: number[];
  types: string[];
  scopes: string[];
  eseq: string[];
}
export interface Refusal {
  type: 'error';
  what: string;
}

export type Message = Hello | Catalog | Levels | Subjects | Events | Health | Members | Replay | Marks | Refusal;
export type MessageOf<T extends Message['type']> = Extract<Message, { type: T }>;

export type Request =
  | { op: 'subscribe'; channels: Channel[] }
  | { op: 'members'; basket: string | null }
  | { op: 'seek'; to_ms: number }
  | { op: 'play'; speed: number }
  | { op: 'pause' }
  | { op: 'step'; direction: 1 | -1 };
