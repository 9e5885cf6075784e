import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { connect, waitBefore, type Message, type Options, type Status } from '../src/index';

class FakeSocket {
  static all: FakeSocket[] = [];
  readyState = 0;
  sent: { op: string; [name: string]: unknown }[] = [];
  closed = 0;
  onopen: ((event: never) => void) | null = null;
  onmessage: ((event: never) => void) | null = null;
  onclose: ((event: never) => void) | null = null;
  onerror: ((event: never) => void) | null = null;
  constructor(readonly url: string) {
    FakeSocket.all.push(this);
  }
  send(text: string): void {
    this.sent.push(JSON.parse(text));
  }
  close(): void {
    this.closed++;
  }
  open(): void {
    this.readyState = 1;
    this.onopen?.({} as never);
  }
  say(message: object | string): void {
    this.onmessage?.({ data: typeof message === 'string' ? message : JSON.stringify(message) } as never);
  }
  end(code: number, reason = ''): void {
    this.readyState = 3;
    this.onclose?.({ code, reason } as never);
  }
}
const newest = (): FakeSocket => FakeSocket.all.at(-1)!;
const options: Options = { WebSocket: FakeSocket as never, random: () => 1 };
const health = { type: 'health', now_ms: 1 };
const catalog = { type: 'catalog', scopes: [{ id: 'a' }], signals: [{ id: 's' }], validities: ['OK'], flags: [] };
const levels = (number: number, previous: number, full: boolean): object => ({
  type: 'levels',
  number,
  previous,
  full,
  session: 1,
  event_time: '1',
  cells: [0],
  values: [number],
  validity: [0],
  valid: [1],
  members: [1],
  flags: [0],
  at_ms: [1],
  clock: [0],
});

beforeEach(() => {
  vi.useFakeTimers();
  FakeSocket.all = [];
});
afterEach(() => vi.useRealTimers());

describe('connection', () => {
  test('subscribes when open, and tells every message to those who asked', () => {
    const connection = connect('ws://x', options),
      heard: string[] = [];
    connection.on('health', (message) => heard.push(message.type));
    const stop = connection.on('message', (message) => heard.push(`any ${message.type}`));
    newest().open();
    expect(newest().sent).toEqual([{ op: 'subscribe', channels: ['levels', 'events', 'health'] }]);
    newest().say(health);
    stop();
    newest().say(health);
    expect(heard).toEqual(['health', 'any health', 'health']);
    connection.close();
  });

  test('nothing heard for three seconds is silent, anything heard makes it open again', () => {
    const connection = connect('ws://x', options),
      states: string[] = [];
    connection.on('status', (status: Status) => states.push(status.state));
    newest().open();
    newest().say(health);
    vi.advanceTimersByTime(2900);
    expect(states).toEqual(['open']);
    vi.advanceTimersByTime(700);
    expect(states).toEqual(['open', 'silent']);
    newest().say(health);
    expect(connection.status.state).toBe('open');
    connection.close();
  });

  test('silent for ten seconds: the connection is made again', () => {
    const connection = connect('ws://x', options);
    newest().open();
    newest().say(health);
    vi.advanceTimersByTime(10_600);
    expect(FakeSocket.all[0]?.closed).toBe(1);
    vi.advanceTimersByTime(300);
    expect(FakeSocket.all).toHaveLength(2);
    expect(connection.status.reason).toBe('nothing heard');
    connection.close();
  });

  test('comes back after a close with waits that double to a bound, and asks for the same again', () => {
    const connection = connect('ws://x', { ...options, backoff: { first_ms: 100, most_ms: 400 } });
    newest().open();
    newest().say(health);
    connection.send({ op: 'members', basket: 'a' });
    newest().end(1001, 'server stops');
    expect(connection.status).toMatchObject({ state: 'connecting', reason: 'server stops' });
    for (const wait of [100, 200, 400, 400]) {
      const before = FakeSocket.all.length;
      vi.advanceTimersByTime(wait - 1);
      expect(FakeSocket.all).toHaveLength(before);
      vi.advanceTimersByTime(1);
      expect(FakeSocket.all).toHaveLength(before + 1);
      if (before < 4) newest().end(1006);
    }
    newest().open();
    expect(newest().sent.map((request) => request.op)).toEqual(['subscribe', 'members']);
    newest().say(health);
    expect(connection.status).toMatchObject({ state: 'open', attempts: 0 });
    connection.close();
  });

  test('a jump in the numbers: subscribes again, once until an answer can have come, and tells nothing of it', () => {
    const connection = connect('ws://x', options),
      told: number[] = [];
    connection.on('levels', (message) => told.push(message.number));
    newest().open();
    newest().say(catalog);
    newest().say(levels(1, 0, true));
    vi.advanceTimersByTime(2000);
    newest().say(levels(3, 2, false));
    newest().say(levels(4, 3, false));
    expect(newest().sent.filter((request) => request.op === 'subscribe')).toHaveLength(2);
    newest().say(levels(5, 4, true));
    newest().say(levels(6, 5, false));
    expect(told).toEqual([1, 5, 6]);
    expect(connection.levels.level('a', 's')?.value).toBe(6);
    connection.close();
  });

  test('something that is no JSON ends the connection, not the program', () => {
    const connection = connect('ws://x', options);
    newest().open();
    newest().say('<html>');
    expect(connection.status).toMatchObject({ state: 'connecting', reason: 'it sent something that is no JSON' });
    connection.close();
  });

  test('closed is for ever, and ends the iteration', async () => {
    const connection = connect('ws://x', options),
      seen: Message['type'][] = [];
    const all = (async () => {
      for await (const message of connection) seen.push(message.type);
    })();
    newest().open();
    newest().say(health);
    newest().say(catalog);
    await Promise.resolve();
    connection.close();
    await all;
    expect(seen).toEqual(['health', 'catalog']);
    expect(connection.status.state).toBe('closed');
    vi.advanceTimersByTime(60_000);
    expect(FakeSocket.all).toHaveLength(1);
  });

  test('without a WebSocket it says what to give it', () => {
    vi.stubGlobal('WebSocket', undefined);
    expect(() => connect('ws://x')).toThrow(/options\.WebSocket/);
    vi.unstubAllGlobals();
  });
});

test('waits are random, at least half of a bound that doubles', () => {
  const backoff = { first_ms: 100, most_ms: 1000 };
  expect([0, 1, 2, 3, 4, 50].map((attempt) => waitBefore(attempt, backoff, () => 0))).toEqual([50, 100, 200, 400, 500, 500]);
  expect([0, 1, 2, 3, 4, 50].map((attempt) => waitBefore(attempt, backoff, () => 1))).toEqual([100, 200, 400, 800, 1000, 1000]);
});
