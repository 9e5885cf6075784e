// Every screen, wide and narrow, dark and light: it has its numbers, nobody is shut out, and nothing is complained about.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { after, before, test } from 'node:test';
import { kDesk, kPhone, kScreens, launch, openScreen, readNumber, readNumbers, waitForLive } from '../support/browser.mjs';
import { startScripted } from '../support/scripted_server.mjs';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
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

// What must be there before a screen counts as drawn.
const kDrawn = {
  overview: '.tile .num',
  breadth: '.chart canvas',
  rotation: '.track .head',
  waves: '.chart canvas',
  leaders: '[data-symbol]',
  events: '[data-eseq]',
  health: '[data-feed]',
  recordings: '[data-recording]',
};

/** Violations as text; the script is put in by the debugger, outside the page's security policy. */
async function violations(page) {
  await page.evaluate(axe);
  const found = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ['violations'] }));
  return found.violations.map(
    (one) =>
      `${one.id}: ${one.help}: ${one.nodes
        .slice(0, 3)
        .map((node) => node.target.join(' '))
        .join(' | ')}`,
  );
}

for (const theme of ['dark', 'light'])
  for (const [size, viewport] of [
    ['1440', kDesk],
    ['390', kPhone],
  ])
    for (const screen of kScreens)
      test(`${screen}, ${theme}, ${size} px: drawn, accessible, nothing complained about, no sideways scrolling`, async (t) => {
        const page = await open(t, server.url, `#/${screen}`, { viewport, theme });
        await page.waitForSelector(kDrawn[screen]);
        assert.deepEqual(await violations(page), []);
        assert.deepEqual(page.complaints, []);
        const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
        assert.equal(wide, 0, `the page is ${wide} px wider than the window`);
      });

test('in replay, too, every screen is accessible', async (t) => {
  for (const screen of kScreens) {
    const page = await open(t, server.url, `#/${screen}?rec=2026-11-19.gsj&at=${server.market.open_ms + 3_600_000}`, {
      viewport: kPhone,
    });
    await page.waitForSelector('[data-replay-state="paused"]');
    await page.waitForSelector(kDrawn[screen]);
    assert.deepEqual(await violations(page), [], screen);
    assert.deepEqual(page.complaints, []);
    await page.context().close();
  }
});

test('dialogs are accessible', async (t) => {
  const page = await open(t, server.url, '#/events');
  for (const open of [() => page.keyboard.press('?'), () => page.keyboard.press('/'), () => page.click('[data-eseq] >> nth=3')]) {
    await page.waitForSelector('[data-eseq]');
    await open();
    await page.waitForSelector('dialog[open]');
    assert.deepEqual(await violations(page), []);
    await page.keyboard.press('Escape');
    await page.waitForSelector('dialog', { state: 'detached' });
  }
});

test('text keeps a contrast of 4.5 on the hottest tiles, which axe cannot judge', async (t) => {
  for (const theme of ['dark', 'light']) {
    const page = await open(t, server.url, '#/overview', { theme });
    await page.waitForSelector('.tile');
    const worst = await page.evaluate(() => {
      const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
      const luminance = (color) => {
        canvas.fillStyle = color;
        canvas.fillRect(0, 0, 1, 1);
        const [r, g, b] = [...canvas.getImageData(0, 0, 1, 1).data].map((c) =>
          c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4,
        );
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
      };
      const ratios = [];
      for (const side of ['hot-up', 'hot-down']) {
        const tile = document.querySelector('.tile');
        tile.className = `tile ${side}`;
        tile.style.setProperty('--heat', '100%');
        const ground = luminance(getComputedStyle(tile).backgroundColor);
        for (const text of tile.querySelectorAll('span')) {
          const ink = luminance(getComputedStyle(text).color);
          ratios.push((Math.max(ink, ground) + 0.05) / (Math.min(ink, ground) + 0.05));
        }
      }
      return Math.min(...ratios);
    });
    assert.ok(worst >= 4.5, `${theme}: ${worst}`);
    await page.context().close();
  }
});

test('numbers on the page are those of the stream, to the last digit; a null says why', async (t) => {
  const fixed = await scripted(t);
  fixed.frozen_ms = fixed.market.open_ms + 3_600_000;
  for (const screen of ['overview', 'breadth', 'rotation', 'waves']) {
    const page = await open(t, fixed.url, `#/${screen}`);
    await page.waitForSelector(kDrawn[screen]);
    const shown = (await readNumbers(page)).filter((one) => !one.scope.startsWith('symbol:'));
    assert.ok(shown.length >= 9, `${screen}: ${shown.length} numbers`);
    for (const one of shown) {
      const scope = fixed.universe.catalog.scopes.find((each) => each.id === one.scope),
        signal = fixed.universe.signals.find((each) => each.id === one.signal);
      const [value, validity] = fixed.market.cell(scope, signal, fixed.frozen_ms) ?? [null, ''];
      assert.equal(one.value, value, `${one.scope} ${one.signal}`);
      assert.equal(one.validity, validity, `${one.scope} ${one.signal}`);
    }
  }
  const page = await open(t, fixed.url, '#/breadth');
  await page.waitForSelector('.matrix [data-signal="tick_pct"]');
  const few = await readNumber(page, 'datacenter_operators', 'tick_pct');
  assert.match(few.text, /^too few/);
  assert.match(few.text, /4 of 10/);
  assert.match((await readNumber(page, 'foundry_packaging', 'pct_above_sma_200')).text, /^warming up/);
});

test('members: ranked by contribution, whose sum is the move; held back and halted ones are marked', async (t) => {
  const page = await open(t, server.url, '#/leaders?basket=networking_optical');
  await page.waitForSelector('[data-symbol]');
  const numbers = (await readNumbers(page)).filter((one) => one.signal === 'contribution').map((one) => one.value);
  const counted = numbers.filter((value) => value !== null);
  assert.equal(numbers.length, 13);
  assert.deepEqual(
    counted,
    [...counted].sort((a, b) => b - a),
  );
  assert.equal(await page.locator('.mark', { hasText: 'halted' }).count(), 1);
  assert.equal(await page.locator('.mark', { hasText: 'price held back' }).count(), 1);
  await page.selectOption('select >> nth=0', 'gpu_accelerators');
  await page.waitForSelector('[data-symbol="NVDA"]');
  assert.deepEqual(server.ops.filter((op) => op.op === 'members' && op.basket).slice(-1)[0].basket, 'gpu_accelerators');
});

test('a basket that does not exist is said to be none', async (t) => {
  const page = await open(t, server.url, '#/leaders?basket=%3Cimg%20src=x%3E');
  assert.match(await page.textContent('.alert'), /no basket “<img src=x>”/);
  assert.deepEqual(page.complaints, []);
});

test('empty: no engine, no feed, no basket, no recording, no event each say what to do', async (t) => {
  const empty = await scripted(t, { empty: true, noFeeds: true, noRecordings: true, noEvents: true });
  for (const [screen, words] of [
    ['overview', /universe has no baskets.*\[\[basket\]\]/s],
    ['events', /No events yet.*\[\[trigger\]\]/s],
    ['health', /no feed.*\[\[feed\]\]/s],
    ['recordings', /No recordings.*groundswell run/s],
    ['breadth', /no baskets/],
    ['waves', /no waves/],
    ['rotation', /no baskets/],
    ['leaders', /no baskets|Waiting/],
  ]) {
    const page = await open(t, empty.url, `#/${screen}`);
    await page.waitForSelector('.empty');
    assert.match(await page.textContent('main'), words, screen);
    assert.deepEqual(page.complaints, []);
    await page.context().close();
  }
  const none = await scripted(t, { noEngine: true });
  const page = await open(t, none.url, '#/overview', { wait: false });
  await page.waitForSelector('[data-banner]');
  assert.match(await page.textContent('[data-banner]'), /No engine yet.*groundswell run/);
  none.noEngine = false;
  await waitForLive(page);
  await page.waitForSelector('.tile');
  assert.equal(await page.locator('[data-banner]').count(), 0);
});
