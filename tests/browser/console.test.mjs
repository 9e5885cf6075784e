// The page in a browser against the real programs: what it shows is what the engine told, live and in replay, and it says so when nothing
// comes any more.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Desk, until } from './programs.mjs';

const kPage = join(process.env.GROUNDSWELL_SOURCE_DIR, 'clients/web/tests/support/browser.mjs');
const { goTo, kDesk, kPhone, kScreens, launch, openScreen, waitForLive } = await import(kPage);
const kPictures = process.env.GROUNDSWELL_PICTURES ?? '';  // folder for pictures of the screens; '' = none

const kOpenMs = Date.parse('2026-11-20T14:30:00Z');
let browser;
before(async () => {
  browser = await launch();
});
after(async () => browser?.close());

/** The numbers of the screen with their event times. */
const numbersOf = (page) =>
  page.locator('[data-scope][data-signal][data-at]').evaluateAll((all) =>
    all.map(({ dataset }) => ({ ...dataset, value: dataset.value === '' ? null : Number(dataset.value), at: Number(dataset.at) })));

/** Holds each number of this session to what `tail` printed for that scope, signal and time; returns how many there were. */
async function holdToTail(page, desk) {
  const shown = (await numbersOf(page)).filter((one) => one.at >= kOpenMs && !one.scope.startsWith('symbol'));
  const rowsOf = (one) => ['close', 'live'].map((clock) => desk.told().get(`${one.scope} ${one.signal} ${one.at} ${clock}`)).filter(Boolean);
  for (const one of shown) {
    await until(`the row of tail for ${JSON.stringify(one)}`, () => rowsOf(one).length > 0, 5_000);
    const same = rowsOf(one).some((row) => row.value === one.value && row.validity === one.validity);
    assert.ok(same, `the page has ${JSON.stringify(one)}, tail ${JSON.stringify(rowsOf(one))}`);
  }
  return shown.length;
}

test('live and in replay the page shows what tail prints; silence shows; an engine comes back', async (t) => {
  const desk = new Desk();
  t.after(() => desk.close());
  await desk.writeHistory();
  await desk.startEngine();
  await desk.startTails();
  await desk.startConsole();
  const page = await openScreen(browser, desk.url, '#/overview', { wait: false });
  await waitForLive(page, 30_000);
  desk.startMarket('--speed', '8', '--rate', '60');

  await t.test('numbers of the first five screens are those of tail at the same time', async () => {
    await until('numbers of this session', async () => (await numbersOf(page)).some((one) => one.at > kOpenMs + 90_000));
    for (const screen of kScreens.slice(0, 5)) {
      await goTo(page, `#/${screen}`);
      await page.waitForSelector(`main.screen-${screen}`);
      const compared = await holdToTail(page, desk);
      if (screen === 'overview' || screen === 'breadth') assert.ok(compared > 20, `${compared} numbers on ${screen}`);
    }
  });

  await t.test('the tape has the events of tail', async () => {
    await goTo(page, '#/events');
    const told = await until('the first event', () => desk.tape[0], 60_000);
    await page.waitForSelector(`[data-eseq="${told.eseq}"]`);
    await page.click(`[data-eseq="${told.eseq}"]`);
    const facts = Object.fromEntries(await page.locator('[data-fact]').evaluateAll((all) => all.map((one) => [one.dataset.fact, one.textContent])));
    if (told.value !== null) assert.equal(Number(facts.value), told.value);
    await page.keyboard.press('Escape');
  });

  await t.test('no screen has a fault that axe finds, and none breaks the security policy', async () => {
    const { readFileSync } = await import('node:fs');
    const axe = readFileSync(join(process.env.GROUNDSWELL_SOURCE_DIR, 'clients/web/node_modules/axe-core/axe.min.js'), 'utf8');
    for (const [name, viewport] of [['desk', kDesk], ['phone', kPhone]]) {
      await page.setViewportSize(viewport);
      for (const screen of kScreens) {
        await goTo(page, `#/${screen}`);
        await page.waitForSelector(`main.screen-${screen}`);
        await page.waitForTimeout(400);
        if (kPictures !== '' && (name === 'desk' || screen === 'overview')) {
          mkdirSync(kPictures, { recursive: true });
          await page.screenshot({ path: join(kPictures, `console-${screen}-${name}.png`) });
        }
        await page.evaluate(axe);
        const found = await page.evaluate(async () => (await window.axe.run()).violations.map((one) => `${one.id}: ${one.nodes[0].html}`));
        assert.deepEqual(found, [], `${screen} ${name}`);
      }
    }
    await page.setViewportSize(kDesk);
    assert.deepEqual(page.complaints, []);
  });

  await t.test('a killed feed is stale within its limit', async () => {
    await goTo(page, '#/overview');
    await desk.feed.stop('SIGKILL');
    await page.waitForSelector('.tile.stale', { timeout: 8_000 });
    assert.match(await page.textContent('[data-banner]'), /feed market silent for/);
  });

  await t.test('the signs of members add up to the net advances of tail, and their parts are equal shares of their changes', async () => {
    await goTo(page, '#/leaders?basket=gpu_accelerators');
    await page.waitForSelector('[data-symbol="NVDA"]');
    const rows = [...desk.told().values()].filter((row) => row.scope === 'gpu_accelerators' && row.signal === 'net_adv');
    const told = rows.at(-1).value; // nothing moves any more
    const numbersOfMembers = (signal) =>
      page.locator(`tr[data-symbol]:not(.out) [data-signal="${signal}"]`).evaluateAll((all) => all.map(({ dataset }) => Number(dataset.value)));
    const signs = async () => (await numbersOfMembers('change')).reduce((sum, change) => sum + Math.sign(change), 0);
    await until(`signs that add up to ${told}`, async () => (await signs()) === told, 5_000);
    const changes = await numbersOfMembers('change');
    assert.ok(changes.length >= 5, `${changes.length} members`);
    assert.deepEqual(await numbersOfMembers('contribution'), changes.map((change) => change / changes.length));
  });

  await t.test('a killed engine is told, and its return recovers the page by itself', async () => {
    await desk.engine.stop('SIGKILL');
    await page.waitForSelector('.banner.grave', { timeout: 8_000 });
    await until('the engine in the banner', async () => /engine silent for/.test((await page.textContent('[data-banner]')) ?? ''));
    await desk.startEngine();
    await until('no word of the engine', async () => !/engine/.test((await page.locator('[data-banner]').allTextContents()).join()));
    await waitForLive(page);
  });

  await t.test('scrubbing the recording shows what live showed', async () => {
    await desk.engine.stop();
    for (const minutes of [1, 2, 1.5]) {  // forwards and backwards
      const at = kOpenMs + minutes * 60_000 + 500;  // between two steps
      const replay = await openScreen(browser, desk.url, `#/breadth?rec=today&at=${at}`, { wait: false });
      await until('the moment', async () => {  // of the last record before it
        const shown = await replay.locator('[data-replay-at]').getAttribute('data-replay-at', { timeout: 100 }).catch(() => '0');
        return Number(shown) <= at && Number(shown) > at - 500;
      });
      await until('its numbers', async () => (await numbersOf(replay)).some((one) => one.at > kOpenMs));
      const last = new Map();
      for (const row of desk.told().values()) {
        if (Math.floor(row.ts_event / 1e6) <= at) last.set(`${row.scope} ${row.signal}`, row);
      }
      const shown = (await numbersOf(replay)).filter((one) => one.at >= kOpenMs && last.has(`${one.scope} ${one.signal}`));
      assert.ok(shown.length > 20, `${shown.length} numbers`);
      for (const one of shown) {
        const row = last.get(`${one.scope} ${one.signal}`);
        assert.deepEqual([one.value, one.at, one.validity], [row.value, Math.floor(row.ts_event / 1e6), row.validity], `${one.scope} ${one.signal} at ${at}`);
      }
      assert.deepEqual(replay.complaints, []);
      await replay.context().close();
    }
  });

  await t.test('a damaged recording says what is wrong with it', async () => {
    const { copyFileSync, openSync, readdirSync, writeSync, closeSync } = await import('node:fs');
    const segment = readdirSync(join(desk.recordings, 'today')).filter((name) => name.endsWith('.gsj')).sort()[0];
    const damaged = join(desk.recordings, 'damaged.gsj');
    copyFileSync(join(desk.recordings, 'today', segment), damaged);
    const file = openSync(damaged, 'r+');
    writeSync(file, Buffer.from([255, 0, 255, 0]), 0, 4, Math.floor(statSync(damaged).size / 3));
    closeSync(file);
    await goTo(page, '#/recordings');
    await page.reload();
    await until('the damage', async () => /damaged/.test((await page.textContent('main')) ?? ''));
  });
});

test('without feeds and without an engine the page says what to do', async (t) => {
  const desk = new Desk({ history: 0, feeds: false });
  t.after(() => desk.close());
  await desk.startConsole();
  const page = await openScreen(browser, desk.url, '#/overview', { wait: false });
  await page.waitForSelector('main >> text=Waiting for an engine.');
  await desk.startEngine();
  await waitForLive(page, 30_000);
  await goTo(page, '#/health');
  await page.waitForSelector('main >> text=The engine has no feed.');
  assert.deepEqual(page.complaints, []);
  await page.context().close();
});

test('the session after the clocks changed is told in New York time', async (t) => {
  const desk = new Desk({ session: '2026-11-02', history: 40 });  // 1 November 2026, 02:00: from EDT to EST
  t.after(() => desk.close());
  await desk.writeHistory();
  await desk.startEngine();
  await desk.startConsole();
  const page = await openScreen(browser, desk.url, '#/overview', { wait: false });
  desk.startMarket('--speed', '30', '--rate', '60');
  await until('the opening', async () => /Mon 0?2 Nov 2026.*09:3\d:\d\d EST|09:3\d:\d\d EST/.test((await page.textContent('body')) ?? ''));
  await page.context().close();
});
