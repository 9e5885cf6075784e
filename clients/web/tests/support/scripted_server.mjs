// A console server of its own: it speaks docs of groundswell.console/1 with made-up numbers of the default universe, so that the page can
// be tried without an engine. Everything in it is scripted. `node tests/support/scripted_server.mjs [PORT]` serves the built page with it.
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { WebSocketServer } from 'ws';
import { scriptedUniverse } from './scripted_catalog.mjs';
import { ScriptedMarket } from './scripted_market.mjs';

const kDist = fileURLToPath(new URL('../../dist/', import.meta.url));
const kTypes = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.json': 'application/json',
};
const kPolicy = "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; object-src 'none'";
const kTick_ms = 250;

/**
 * Options: empty (no baskets), noEngine (no catalog, nothing known), noFeeds, noRecordings, noEvents, start_ms (event time at the start).
 * The answer's members change what it says while it runs.
 */
export async function startScripted(options = {}) {
  const universe = scriptedUniverse(options);
  const market = new ScriptedMarket(universe);
  const begun_ms = Date.now();
  const state = {
    port: options.port ?? 0,
    ops: [],
    stale: null,
    noEngine: options.noEngine ?? false,
    mute: false,
    validity: 'OK',
    skipNumber: false,
    frozen_ms: null,
    start_ms: options.start_ms ?? market.open_ms + 6.2 * 3_600_000,
    now: () => state.frozen_ms ?? state.start_ms + (Date.now() - begun_ms),
  };
  const recordings = options.noRecordings
    ? []
    : [
        {
          name: '2026-11-20.gsj',
          bytes: 48_113_664,
          records: 4_810_221,
          edges: 121,
          from_ms: market.open_ms,
          to_ms: market.close_ms,
          closed: false,
          live: true,
          error: '',
        },
        {
          name: '2026-11-19.gsj',
          bytes: 51_380_224,
          records: 5_020_114,
          edges: 96,
          from_ms: market.open_ms,
          to_ms: market.close_ms,
          closed: true,
          live: false,
          error: '',
        },
        {
          name: '2026-11-18.gsj',
          bytes: 1_048_576,
          records: 10_000,
          edges: 3,
          from_ms: market.open_ms,
          to_ms: market.close_ms,
          closed: false,
          live: false,
          error: 'block 17 at byte 442368 has a wrong checksum; groundswell journal salvage keeps what is before it',
        },
      ];

  const json = (response, status, body) => {
    response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
    response.end(JSON.stringify(body));
  };
  const server = createServer((request, response) => {
    const url = new URL(request.url, 'http://scripted');
    if (url.pathname === '/api/v1/recordings') return json(response, 200, { recordings });
    if (url.pathname === '/api/v1/history') {
      if (state.noEngine) return json(response, 503, { error: 'no engine is known yet' });
      const list = (name) => (url.searchParams.get(name) ?? '').split(',').filter((one) => one !== '');
      const to_ms = Number(url.searchParams.get('to_ms') ?? state.now());
      return json(response, 200, market.history(list('signals'), list('scopes'), url.searchParams.get('clock'), to_ms));
    }
    if (url.pathname.startsWith('/api/')) return json(response, 404, { error: 'there is no such resource' });
    const path = url.pathname.includes('.') ? join(kDist, normalize(url.pathname)) : join(kDist, 'index.html');
    if (!path.startsWith(kDist) || !existsSync(path)) return json(response, 404, { error: 'there is no such file' });
    response.writeHead(200, {
      'content-type': kTypes[extname(path)] ?? 'application/octet-stream',
      'content-security-policy': kPolicy,
      'x-content-type-options': 'nosniff',
    });
    response.end(readFileSync(path));
  });

  const sockets = new WebSocketServer({ noServer: true });
  server.on('upgrade', (request, socket, head) => {
    const url = new URL(request.url, 'http://scripted');
    sockets.handleUpgrade(request, socket, head, (client) => serve(client, url));
  });

  function serve(client, url) {
    const isReplay = url.pathname.endsWith('/replay');
    const recording = recordings.find((one) => one.name === url.searchParams.get('recording'));
    const known = new Map();
    let number = 0,
      subscribed = false,
      members = '',
      told = 0,
      replay = null,
      toldCatalog = false;
    const say = (message) => {
      if (!state.mute && client.readyState === 1) client.send(JSON.stringify(message));
    };
    const at = () => (isReplay ? (replay?.at_ms ?? market.open_ms) : state.now());
    const events = () => (options.noEvents ? [] : market.events(at()));
    const levels = (full) => {
      const message = market.levels(at(), known, full, state.validity);
      const previous = state.skipNumber ? number + 40 : number;
      state.skipNumber = false;
      say({
        type: 'levels',
        number: ++number,
        previous,
        full,
        recording_id: universe.catalog.recording_id,
        session: 20261120,
        event_time: `${Math.floor(at())}000000`,
        ...message,
      });
    };
    const everything = () => {
      levels(true);
      say({ type: 'subjects', number, previous: 0, full: true, rows: [] });
      told = events().length;
      say({ type: 'events', full: true, events: events().slice(-500) });
    };
    const tellReplay = () => say({ type: 'replay', ...replay });
    const health = () =>
      say({
        type: 'health',
        connection: state.noEngine ? 'connecting' : state.stale ? 'stale' : 'live',
        heartbeat_age_ms: state.noEngine ? null : 180,
        mode: state.noEngine ? null : 'simulated',
        node_state: state.noEngine ? null : 'running',
        event_time: state.noEngine ? null : `${Math.floor(at())}000000`,
        session: state.noEngine ? 0 : 20261120,
        now_ms: Date.now(),
        stale: state.stale,
        lost_events: 0,
        trouble: '',
        operations: state.noEngine
          ? []
          : [
              { time_ms: begun_ms - 60_000, severity: 'I', component: 'engine', text: 'universe 2026-11-01: 15 baskets, 165 symbols' },
              { time_ms: begun_ms - 40_000, severity: 'W', component: 'feed', text: "feed 'market': 12 ticks were lost and not repaired" },
              { time_ms: begun_ms - 20_000, severity: 'E', component: 'pipeline', text: "stage 'journal' stands still since 1.0 s" },
            ],
        stats: state.noEngine
          ? null
          : options.noFeeds
            ? { feeds: [], pipeline: { stalls: [] } }
            : market.stats(2 * Math.floor((state.now() - market.open_ms) * 5)),
        web: { sessions: sockets.clients.size, conflated: 0, uptime_s: Math.floor((Date.now() - begun_ms) / 1000) },
      });
    const tellMembers = () =>
      members && say({ type: 'members', basket: members, event_time: `${Math.floor(at())}000000`, rows: market.memberRows(members, at()) });

    say({ type: 'hello', schema: 'groundswell.console/1', version: '0.1.0', stream: isReplay ? 'replay' : 'live' });
    if (isReplay) {
      replay = {
        state: 'paused',
        recording: url.searchParams.get('recording'),
        from_ms: market.open_ms,
        to_ms: market.close_ms,
        at_ms: market.open_ms,
        speed: 1,
        error: '',
        progress: 1,
      };
      if (recording === undefined || recording.error !== '') {
        say({
          type: 'replay',
          ...replay,
          state: 'failed',
          error: recording?.error ?? 'there is no recording of that name; /api/v1/recordings lists them',
        });
        replay = null;
      } else {
        say(universe.catalog);
        tellReplay();
        const marks = market.events(market.close_ms);
        say({
          type: 'marks',
          at_ms: marks.map((e) => Math.max(market.open_ms, Number(e.ts_event.slice(0, -6)))),
          types: marks.map((e) => e.type),
          scopes: marks.map((e) => e.scope),
          eseq: marks.map((e) => String(e.eseq)),
        });
      }
    }
    client.on('message', (data) => {
      const message = JSON.parse(String(data));
      state.ops.push({ stream: isReplay ? 'replay' : 'live', ...message });
      if (message.op === 'subscribe') {
        subscribed = true;
        if ((!isReplay && !state.noEngine) || replay) everything();
        health();
      } else if (message.op === 'members') {
        members = message.basket ?? '';
        if (!state.noEngine) tellMembers();
      } else if (replay !== null) {
        if (message.op === 'seek') replay.at_ms = Math.max(replay.from_ms, Math.min(replay.to_ms, message.to_ms));
        if (message.op === 'play') Object.assign(replay, { state: 'playing', speed: message.speed });
        if (message.op === 'pause') replay.state = 'paused';
        if (message.op === 'step') {
          const times = market
            .events(market.close_ms)
            .map((e) => Number(e.ts_event.slice(0, -6)))
            .filter((ms) => ms >= replay.from_ms);
          replay.at_ms =
            (message.direction > 0 ? times.find((ms) => ms > replay.at_ms) : times.findLast((ms) => ms < replay.at_ms)) ?? replay.at_ms;
          replay.state = 'paused';
        }
        say(universe.catalog);
        everything();
        tellReplay();
      }
    });
    let turn = 0;
    const timer = setInterval(() => {
      turn++;
      if (!toldCatalog && !isReplay && !state.noEngine) {
        say(universe.catalog);
        toldCatalog = true;
        if (subscribed) everything();
        return;
      }
      if (replay?.state === 'playing') {
        replay.at_ms = Math.min(replay.to_ms, replay.at_ms + kTick_ms * replay.speed);
        if (replay.at_ms === replay.to_ms) replay.state = 'ended';
        tellReplay();
      }
      const moves = isReplay ? replay?.state === 'playing' : !state.noEngine && state.stale === null;
      if (subscribed && moves) {
        levels(false);
        const all = events();
        if (all.length > told) say({ type: 'events', full: false, events: all.slice(told) });
        told = all.length;
      }
      if (subscribed && turn % 4 === 0) {
        health();
        if (moves || replay) tellMembers();
      }
    }, kTick_ms);
    if (!isReplay && !state.noEngine) {
      say(universe.catalog);
      toldCatalog = true;
    }
    client.on('close', () => clearInterval(timer));
  }

  state.listen = () =>
    new Promise((resolve) => server.listen(state.port, '127.0.0.1', () => resolve((state.port = server.address().port))));
  /** Everybody is cut off and nobody answers, until `listen`. */
  state.stop = () =>
    new Promise((resolve) => {
      for (const client of sockets.clients) client.terminate();
      server.close(resolve);
      server.closeAllConnections();
    });
  state.market = market;
  state.universe = universe;
  await state.listen();
  state.url = `http://127.0.0.1:${state.port}`;
  return state;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { url } = await startScripted({ port: Number(process.argv[2] ?? 8099) });
  console.log(`scripted numbers at ${url}`);
}
