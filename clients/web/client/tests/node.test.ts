// The client in Node, with the WebSocket of the package ws, against a server that speaks the protocol.
import { expect, test } from 'vitest';
import { WebSocket } from 'ws';
// @ts-expect-error it is plain JavaScript
import { startScripted } from '../../tests/support/scripted_server.mjs';
import { connect, type Message } from '../src/index';

test('numbers arrive, survive a restart of the server, and are the same in store and message', async () => {
  const server = await startScripted();
  const connection = connect(`ws://127.0.0.1:${server.port}/api/v1/stream`, {
    WebSocket: WebSocket as never,
    backoff: { first_ms: 50, most_ms: 100 },
  });
  const until = async (type: Message['type'], wanted: (message: never) => boolean = () => true): Promise<Message> => {
    for await (const message of connection) if (message.type === type && wanted(message as never)) return message;
    throw new Error('the stream ended');
  };
  const first = await until('levels');
  expect(first).toMatchObject({ full: true });
  if (first.type !== 'levels') return;
  const width = connection.levels.catalog!.signals.length;
  first.cells.slice(0, 500).forEach((cell, i) => {
    const scope = connection.levels.catalog!.scopes[Math.floor(cell / width)]!.id,
      signal = connection.levels.catalog!.signals[cell % width]!.id;
    expect(connection.levels.level(scope, signal)?.value).toBe(first.values[i]);
  });
  await server.stop();
  await server.listen();
  await until('levels', (message: { full: boolean }) => message.full);
  server.skipNumber = true;
  await until('levels', (message: { full: boolean }) => message.full);
  expect(server.ops.filter((op: { op: string }) => op.op === 'subscribe').length).toBe(3);
  connection.close();
  await server.stop();
}, 20_000);
