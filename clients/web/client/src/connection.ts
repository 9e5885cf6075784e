import { waitBefore, type Backoff } from './backoff.js';
import { LevelStore } from './level_store.js';
import type { Channel, Message, MessageOf, Request } from './messages.js';

/** The part of the WebSocket interface that is used: browsers have it, Node 22 too, before that the package `ws`. */
export interface WebSocketLike {
  readonly readyState: number;
  send(text: string): void;
  close(code?: number, reason?: string): void;
  onopen: ((event: never) => void) | null;
  onmessage: ((event: never) => void) | null;
  onclose: ((event: never) => void) | null;
  onerror: ((event: never) => void) | null;
}
export type WebSocketConstructor = new (url: string) => WebSocketLike;

export interface Options {
  WebSocket?: WebSocketConstructor;
  /** Default: all. */
  channels?: Channel[];
  /** Nothing heard for so long: silent. Health comes every second. Default 3000. */
  silent_ms?: number;
  /** Silent for so long: the connection is given up and made again. Default 10000. */
  dead_ms?: number;
  /** Default 250 to 8000. */
  backoff?: Backoff;
  random?: () => number;
}

/**
 * connecting: no connection yet, or waiting for the next attempt. open: heard within `silent_ms`. silent: connected, but nothing heard.
 * closed: by `close`, for ever.
 */
export type State = 'connecting' | 'open' | 'silent' | 'closed';
export interface Status {
  state: State;
  /** When the server was last heard, by the local clock; null: never. */
  heard_ms: number | null;
  /** Attempts since the last message. */
  attempts: number;
  /** Why the last connection ended, as the server said it. */
  reason: string;
}

interface Handlers {
  message: (message: Message) => void;
  status: (status: Status) => void;
}
type Kind = Message['type'] | keyof Handlers;
type HandlerOf<K extends Kind> = K extends keyof Handlers
  ? Handlers[K]
  : K extends Message['type']
    ? (message: MessageOf<K>) => void
    : never;

const kQueueLength = 10_000;
const kOpen = 1;
const kResubscribe_ms = 1000;

/**
 * One stream, live or replay, for as long as it is wanted: connects, subscribes, keeps `levels`, and connects again when the server goes
 * away. Handlers and the store are called in the order of arrival; the store has taken a message over before a handler sees it.
 */
export class Connection implements AsyncIterable<Message> {
  readonly levels = new LevelStore();
  /** Messages that a slow `for await` has missed. */
  missed = 0;

  readonly #url: string;
  readonly #options: Required<Options>;
  readonly #handlers = new Map<string, Set<(argument: never) => void>>();
  readonly #queues = new Set<{ waiting: Message[]; wake: () => void }>();
  #catalogText = '';
  #socket: WebSocketLike | null = null;
  #state: State = 'connecting';
  #heard_ms: number | null = null;
  #heardHere_ms = 0; // on this connection, its beginning included
  #attempts = 0;
  #reason = '';
  #members: string | null = null;
  #subscribed_ms = 0;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #watch: ReturnType<typeof setInterval>;

  constructor(url: string, options: Options = {}) {
    const WebSocket = options.WebSocket ?? ((globalThis as { WebSocket?: unknown }).WebSocket as WebSocketConstructor | undefined);
    if (WebSocket === undefined) throw new Error('no WebSocket here: give one as options.WebSocket, for example of the package ws');
    this.#url = url;
    this.#options = {
      WebSocket,
      channels: options.channels ?? ['levels', 'events', 'health'],
      silent_ms: options.silent_ms ?? 3000,
      dead_ms: options.dead_ms ?? 10_000,
      backoff: options.backoff ?? { first_ms: 250, most_ms: 8000 },
      random: options.random ?? Math.random,
    };
    this.#watch = setInterval(() => this.#look(), Math.max(10, this.#options.silent_ms / 6));
    this.#open();
  }

  get status(): Status {
    return { state: this.#state, heard_ms: this.#heard_ms, attempts: this.#attempts, reason: this.#reason };
  }

  /** Calls `handler` for every message of a type, for `message` (every one) or `status`. The answer takes it away again. */
  on<K extends Kind>(kind: K, handler: HandlerOf<K>): () => void {
    let all = this.#handlers.get(kind);
    if (all === undefined) this.#handlers.set(kind, (all = new Set()));
    all.add(handler);
    return () => all.delete(handler);
  }

  /** Whether it could be sent. What is asked for of members is asked for again after a reconnect, everything else is not. */
  send(request: Request): boolean {
    if (request.op === 'members') this.#members = request.basket;
    if (this.#socket === null || this.#socket.readyState !== kOpen) return false;
    this.#socket.send(JSON.stringify(request));
    return true;
  }

  close(): void {
    if (this.#state === 'closed') return;
    clearTimeout(this.#retry);
    clearInterval(this.#watch);
    this.#drop();
    this.#become('closed');
    for (const queue of this.#queues) queue.wake();
  }

  /** Every message from now on. One that is too slow misses the oldest, counted in `missed`. */
  async *[Symbol.asyncIterator](): AsyncGenerator<Message> {
    const queue = { waiting: [] as Message[], wake: () => {} };
    this.#queues.add(queue);
    try {
      for (;;) {
        while (queue.waiting.length > 0) yield queue.waiting.shift() as Message;
        if (this.#state === 'closed') return;
        await new Promise<void>((resolve) => (queue.wake = resolve));
      }
    } finally {
      this.#queues.delete(queue);
    }
  }

  #open(): void {
    const socket = new this.#options.WebSocket(this.#url);
    this.#socket = socket;
    this.#heardHere_ms = Date.now();
    socket.onopen = () => this.#subscribe();
    socket.onmessage = (event: { data: unknown }) => this.#hear(String(event.data));
    socket.onerror = () => {}; // onclose follows and says what there is to say
    socket.onclose = (event: { code?: number; reason?: unknown }) => {
      if (socket !== this.#socket) return;
      const reason = event.reason === undefined ? '' : String(event.reason);
      this.#lose(reason !== '' ? reason : event.code === 1006 || event.code === undefined ? '' : `closed with code ${event.code}`);
    };
  }

  #subscribe(): void {
    this.#subscribed_ms = Date.now();
    this.send({ op: 'subscribe', channels: this.#options.channels });
    if (this.#members !== null && this.#members !== '') this.send({ op: 'members', basket: this.#members });
  }

  #hear(text: string): void {
    let message: Message;
    try {
      message = JSON.parse(text) as Message;
    } catch {
      this.#lose('it sent something that is no JSON');
      return;
    }
    this.#heard_ms = this.#heardHere_ms = Date.now();
    this.#attempts = 0;
    this.#become('open');
    if (message.type === 'catalog') {
      // A replay tells it again after every leap: nothing is new, and what is shown stays until the snapshot that follows.
      if (text === this.#catalogText) return;
      this.#catalogText = text;
      this.levels.setCatalog(message);
    }
    // A change that does not follow: ask for a snapshot, once until it can have come.
    if ((message.type === 'levels' || message.type === 'subjects') && !this.levels.apply(message)) {
      if (Date.now() - this.#subscribed_ms >= kResubscribe_ms) this.#subscribe();
      return;
    }
    this.#tell(message.type, message);
    this.#tell('message', message);
    for (const queue of this.#queues) {
      queue.waiting.push(message);
      if (queue.waiting.length > kQueueLength) {
        queue.waiting.shift();
        this.missed++;
      }
      queue.wake();
    }
  }

  #look(): void {
    if (this.#socket === null) return;
    const quiet_ms = Date.now() - this.#heardHere_ms;
    if (quiet_ms >= this.#options.dead_ms) {
      this.#lose('nothing heard');
    } else if (quiet_ms >= this.#options.silent_ms && this.#state === 'open') {
      this.#become('silent');
    }
  }

  #lose(reason: string): void {
    this.#drop();
    this.#reason = reason;
    this.#become('connecting');
    this.#retry = setTimeout(() => this.#open(), waitBefore(this.#attempts++, this.#options.backoff, this.#options.random));
  }

  #drop(): void {
    const socket = this.#socket;
    this.#socket = null;
    if (socket === null) return;
    socket.onopen = socket.onmessage = socket.onclose = null;
    try {
      socket.close(1000);
    } catch {
      // A connection that was never made cannot be closed; it is gone all the same.
    }
  }

  #become(state: State): void {
    if (this.#state === state) return;
    this.#state = state;
    this.#tell('status', this.status);
  }

  #tell(kind: Kind, argument: Message | Status): void {
    for (const handler of this.#handlers.get(kind) ?? []) handler(argument as never);
  }
}

/** Opens a stream of a console, for example `ws://127.0.0.1:8080/api/v1/stream`. */
export function connect(url: string, options: Options = {}): Connection {
  return new Connection(url, options);
}
