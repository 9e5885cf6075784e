// What the page does when something happens: keys, silence, restarts, replays.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { kScreens, launch, openScreen, readNumber, waitForLive } from '../support/browser.mjs';
import { startScripted } from '../support/scripted_server.mjs';

// What a test opens goes away with it, whether it passes or not.
const scripted = async (t, options) => {
  const own = await startScripted(options);
  t.after(() => own.stop());
  return own;
};
const open = async (t, ...what) => {
  const page = await openScreen(browser, ...what);
  t.after(() => page.context().close());
  return page;
};
let server, browser;
before(async () => {
  server = await startScripted();
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await server?.stop();
});
const hash = (page) => page.evaluate(() => location.hash);
const background = (page) => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
const until = async (page, wanted, what) => {
  for (let i = 0; i < 600; i++) {
    const got = await what();
    if (wanted(got)) return got;
    await page.waitForTimeout(50);
  }
  assert.fail(`it did not come; the last was ${JSON.stringify(await what())}`);
};

test('keys: screens, search, rows, help, theme, back', async (t) => {
  const page = await open(t, server.url);
  for (const [i, screen] of kScreens.entries()) {
    await page.keyboard.press(String(i + 1));
    await page.waitForSelector(`main.screen-${screen}`);
  }
  await page.keyboard.press('1');
  await page.waitForSelector('.tile');
  await page.keyboard.press('j');
  await page.keyboard.press('j');
  const second = await page.evaluate(() => document.activeElement.dataset.basket);
  assert.equal(second, 'memory_storage');
  await page.keyboard.press('k');
  await page.keyboard.press('Enter');
  await page.waitForSelector('main.screen-leaders');
  assert.match(await hash(page), /basket=gpu_accelerators/);
  await page.keyboard.press('Escape');
  await page.waitForSelector('main.screen-overview');
  await page.keyboard.press('/');
  await page.keyboard.type('vrt');
  await page.keyboard.press('Enter');
  await page.waitForSelector('[data-symbol="VRT"]');
  await page.keyboard.press('?');
  assert.match(await page.textContent('dialog'), /play or pause/);
  await page.keyboard.press('Escape');
  await page.waitForSelector('dialog', { state: 'detached' });
  const before = await background(page);
  await page.keyboard.press('t');
  assert.notEqual(await background(page), before);
  await page.reload();
  assert.notEqual(await background(page), before, 'the choice is kept');
  assert.deepEqual(page.complaints, []);
});

test('the address holds the state: what is filtered and drawn comes back with it', async (t) => {
  const page = await open(t, server.url, '#/events');
  await page.selectOption('label:has-text("type") select', 'HALT_MEMBER');
  await page.selectOption('label:has-text("weight") select', 'warning');
  const address = await page.evaluate(() => location.href);
  const other = await open(t, server.url, new URL(address).hash);
  await other.waitForSelector('[data-eseq]');
  const types = await other.locator('.event-type').allTextContents();
  assert.ok(types.length > 0 && types.every((type) => type.includes('HALT_MEMBER')));
});

test('an event opens with all its numbers, and who moved it', async (t) => {
  const page = await open(t, server.url, '#/events?type=PCT_ABOVE');
  await page.click('[data-eseq]');
  const facts = Object.fromEntries(
    await page.locator('[data-fact]').evaluateAll((all) => all.map((one) => [one.dataset.fact, one.textContent])),
  );
  assert.equal(facts.value, '57.14285714285714');
  assert.equal(facts.before, '42.857142857142854');
  assert.equal(facts.rule, 'enter >= 55, exit <= 45');
  assert.equal(await page.locator('dialog .bars li').count(), 5);
});

test('space pauses the tape: newer events are counted, not shown', async (t) => {
  const tape = await scripted(t, { start_ms: server.market.open_ms + 3_600_000 });
  const page = await open(t, tape.url, '#/events');
  await page.waitForSelector('[data-eseq]');
  const first = await page.getAttribute('[data-eseq]', 'data-eseq');
  await page.keyboard.press(' ');
  tape.start_ms += 400_000;
  await until(
    page,
    (text) => /paused, [23] newer/.test(text),
    () => page.textContent('main [role="status"]'),
  );
  assert.equal(await page.getAttribute('[data-eseq]', 'data-eseq'), first);
  await page.keyboard.press(' ');
  await until(
    page,
    (eseq) => Number(eseq) > Number(first),
    () => page.getAttribute('[data-eseq]', 'data-eseq'),
  );
});

test('a silent feed: hatched and labelled with its name and a time that goes on, and it recovers', async (t) => {
  const page = await open(t, server.url);
  await page.waitForSelector('.tile');
  server.stale = { what: 'feed', name: 'market', for_ms: 4000 };
  await page.waitForSelector('.tile.stale');
  assert.match(await page.textContent('.tile-foot'), /^stale [4-7] s: feed market silent$/);
  assert.match(await page.textContent('[data-banner]'), /feed market silent for/);
  assert.match((await readNumber(page, 'gpu_accelerators', 'ad_pct')).text, /stale \d+ s: feed market silent/);
  server.stale = null;
  await page.waitForSelector('.tile:not(.stale)');
  assert.equal(await page.locator('[data-banner]').count(), 0);
});

test('a silent engine: a banner that says so', async (t) => {
  const page = await open(t, server.url, '#/breadth');
  server.stale = { what: 'engine', name: '', for_ms: 4000 };
  await page.waitForSelector('.banner.grave');
  assert.match(await page.textContent('[data-banner]'), /^engine silent for [4-9] s/);
  server.stale = null;
  await page.waitForSelector('.banner', { state: 'detached' });
});

test('a server that says nothing, then is gone, then is back', async (t) => {
  const own = await scripted(t);
  const page = await open(t, own.url);
  await page.waitForSelector('.tile');
  own.mute = true;
  await page.waitForSelector('[data-link="silent"]', { timeout: 6000 });
  assert.match(await page.textContent('[data-banner]'), /console server silent for [3-6] s/);
  assert.equal(await page.locator('.tile.stale').count(), 15);
  await own.stop();
  await page.waitForSelector('[data-link="reconnecting"]');
  own.mute = false;
  await own.listen();
  await waitForLive(page);
  assert.equal(await page.locator('[data-banner]').count(), 0);
  assert.deepEqual(page.complaints, []);
});

test('a jump in the numbers: the page asks for a snapshot and goes on', async (t) => {
  const own = await scripted(t);
  const page = await open(t, own.url);
  await page.waitForSelector('.tile');
  await page.waitForTimeout(1100);
  own.skipNumber = true;
  await until(
    page,
    (count) => count === 2,
    () => own.ops.filter((op) => op.op === 'subscribe').length,
  );
});

test('replay: opens from the list, and its controls send what they say', async (t) => {
  const page = await open(t, server.url, '#/recordings');
  await page.click('[data-recording="2026-11-19.gsj"]');
  await page.waitForSelector('[data-replay-state="paused"]');
  await page.waitForSelector('.tile');
  const begin = server.ops.length;
  const sent = () =>
    server.ops
      .slice(begin)
      .filter((op) => op.stream === 'replay')
      .map(({ stream, ...op }) => op);
  const next = async (press, wanted) => {
    const before = sent().length;
    await press();
    await until(
      page,
      (count) => count > before,
      () => sent().length,
    );
    assert.deepEqual(sent()[before], wanted);
  };
  await next(() => page.keyboard.press('n'), { op: 'step', direction: 1 });
  await until(
    page,
    (at) => Number(at) === server.market.open_ms + 60_000,
    () => page.getAttribute('[data-replay-at]', 'data-replay-at'),
  );
  await next(() => page.keyboard.press('p'), { op: 'step', direction: -1 });
  await next(() => page.keyboard.press('Shift+ArrowRight'), { op: 'seek', to_ms: server.market.open_ms + 660_000 });
  await until(
    page,
    (address) => address.includes(`at=${server.market.open_ms + 660_000}`),
    () => hash(page),
  );
  await page.keyboard.press(']');
  await page.keyboard.press(']');
  await next(() => page.keyboard.press(' '), { op: 'play', speed: 4 });
  await page.waitForSelector('[data-replay-state="playing"]');
  await next(() => page.keyboard.press('['), { op: 'play', speed: 2 });
  await next(() => page.keyboard.press(' '), { op: 'pause' });
  await page.waitForSelector('[data-replay-state="paused"]');
  await page.locator('.replay input[type="range"]').evaluate((range) => {
    range.value = String(Number(range.min) + 7_200_000);
    range.dispatchEvent(new Event('change', { bubbles: true }));
  });
  await until(
    page,
    (op) => op?.op === 'seek' && op.to_ms === server.market.open_ms + 7_200_000,
    async () => sent().at(-1),
  );
  await until(
    page,
    (text) => /11:30:00 EST/.test(text),
    () => page.textContent('.replay-at'),
  );
  await page.click('text=● LIVE');
  await waitForLive(page);
  assert.equal(await page.locator('.replay').count(), 0);
  assert.doesNotMatch(await hash(page), /rec=/);
  assert.deepEqual(page.complaints, []);
});

test('replay: the address brings back recording and position, and screens show that moment', async (t) => {
  const at = server.market.open_ms + 3_600_000;
  const page = await open(t, server.url, `#/breadth?rec=2026-11-19.gsj&at=${at}`);
  await until(
    page,
    (shown) => Number(shown) === at,
    () => page.getAttribute('[data-replay-at]', 'data-replay-at'),
  );
  const scope = server.universe.catalog.scopes[0],
    signal = server.universe.signals.find((one) => one.id === 'ad_pct');
  await until(
    page,
    (shown) => shown.value === server.market.cell(scope, signal, at)[0],
    () => readNumber(page, scope.id, 'ad_pct'),
  );
});

test('replay: from B it goes back to A', async (t) => {
  const a = server.market.open_ms + 60_000,
    b = a + 10_000;
  const page = await open(t, server.url, `#/overview?rec=2026-11-19.gsj&at=${a}&a=${a}&b=${b}`);
  await until(
    page,
    (shown) => Number(shown) === a,
    () => page.getAttribute('[data-replay-at]', 'data-replay-at'),
  );
  await page.selectOption('.replay select', '16');
  const begin = server.ops.length;
  await page.keyboard.press('Escape');
  await page.click('.replay button:has-text("play")');
  await until(
    page,
    (ops) => ops.some((op) => op.op === 'seek' && op.to_ms === a),
    async () => server.ops.slice(begin),
  );
});

test('replay: a damaged recording is marked in the list, and says why it cannot be opened', async (t) => {
  const page = await open(t, server.url, '#/recordings');
  await page.waitForSelector('[data-recording]');
  assert.match(await page.locator('tr', { hasText: '2026-11-18.gsj' }).textContent(), /damaged.*wrong checksum/);
  await page.click('[data-recording="2026-11-18.gsj"]');
  await page.waitForSelector('.replay .alarm');
  assert.match(await page.textContent('.replay'), /cannot be replayed: block 17 at byte 442368 has a wrong checksum/);
});

test('charts are for keys and screen readers too', async (t) => {
  const page = await open(t, server.url, '#/breadth');
  await page.waitForSelector('.chart canvas');
  // There is something to point at: before, keys do nothing.
  await until(
    page,
    (rows) => rows === 12,
    () => page.locator('.multiple table').first().locator('tbody tr').count(),
  );
  const chart = page.locator('.chart').first();
  await chart.focus();
  await page.keyboard.press('Home');
  await page.keyboard.press('ArrowRight');
  await until(
    page,
    (text) => /^09:30:05: ad_pct −?[\d.]+$/.test(text),
    () => page.locator('.multiple [aria-live]').first().textContent(),
  );
  // A plot that is made anew keeps its cursor: the next place is read out although the theme changed before it was.
  const before = await background(page);
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('t');
  assert.notEqual(await background(page), before);
  await until(
    page,
    (text) => /^09:30:10: ad_pct −?[\d.]+$/.test(text),
    () => page.locator('.multiple [aria-live]').first().textContent(),
  );
});

test('many messages, many visits: nothing grows without bound', async (t) => {
  const own = await scripted(t);
  const page = await open(t, own.url);
  const round = async () => {
    for (let i = 0; i < 2; i++)
      for (const screen of kScreens) {
        await page.evaluate((to) => (location.hash = to), `#/${screen}`);
        await page.waitForSelector(`main.screen-${screen}`);
        own.start_ms += 20_000;
        await page.waitForTimeout(120);
      }
    await page.evaluate(() => (location.hash = '#/recordings'));
    await page.waitForTimeout(300);
    // What only a finalizer lets go of is gone at the second collection.
    await page.evaluate(async () => {
      for (let i = 0; i < 3; i++) {
        globalThis.gc();
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    });
    return page.evaluate(() => ({
      heap: performance.memory.usedJSHeapSize,
      nodes: document.querySelectorAll('*').length,
      canvases: document.querySelectorAll('canvas').length,
    }));
  };
  await round();
  const first = await round();
  for (let i = 0; i < 3; i++) await round();
  const last = await round();
  assert.equal(last.nodes, first.nodes);
  assert.equal(last.canvases, 0);
  assert.ok(last.heap < first.heap * 1.25, `${first.heap} bytes, then ${last.heap}`);
});
