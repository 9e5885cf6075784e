// Small helpers to drive the page in a browser, for the tests of this folder and for those against a real server.
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

export const kChromium = process.env.CHROMIUM ?? '/usr/bin/chromium';
export const kScreens = ['overview', 'breadth', 'rotation', 'waves', 'leaders', 'events', 'health', 'recordings'];
export const kPhone = { width: 390, height: 844 };
export const kDesk = { width: 1440, height: 900 };

/** Why no browser test can run here; empty when they can. */
export function missingBrowser() {
  return existsSync(kChromium) ? '' : `there is no ${kChromium}; on Debian: apt-get install chromium`;
}

/** A browser with an empty profile, which `close` takes away again. */
export async function launch() {
  const profile = mkdtempSync(join(tmpdir(), 'groundswell-chromium-'));
  const browser = await chromium.launch({
    executablePath: kChromium,
    headless: true,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      `--disk-cache-dir=${profile}`,
      '--js-flags=--expose-gc',
      '--enable-precise-memory-info',
    ],
  });
  browser.on('disconnected', () => rmSync(profile, { recursive: true, force: true }));
  return browser;
}

/**
 * A page on a screen. `page.complaints` collects what no page may do: console errors, uncaught errors, violations of the security policy.
 * Failed fetches while a server is down are not among them.
 */
export async function openScreen(browser, url, hash = '#/overview', { viewport = kDesk, theme = 'dark', wait = true } = {}) {
  const context = await browser.newContext({ viewport, colorScheme: theme, reducedMotion: 'reduce' });
  context.setDefaultTimeout(60_000);
  const page = await context.newPage();
  page.complaints = [];
  page.on('pageerror', (error) => page.complaints.push(`uncaught: ${error.message}`));
  page.on('console', (message) => {
    if (message.type() === 'error' && !/ERR_CONNECTION|WebSocket connection|ERR_EMPTY_RESPONSE/.test(message.text()))
      page.complaints.push(`console: ${message.text()}`);
  });
  await page.addInitScript(() => {
    addEventListener('securitypolicyviolation', (event) =>
      console.error(`policy: ${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}`),
    );
  });
  await page.goto(`${url}/${hash}`);
  if (wait) await waitForLive(page);
  return page;
}

/** Until the stream is heard: live, or of a recording. */
export async function waitForLive(page, timeout = 60_000) {
  await page.waitForSelector('[data-link="live"], [data-link="open"]', { timeout });
}

export async function goTo(page, hash) {
  await page.evaluate((to) => (location.hash = to), hash);
}

/**
 * A number as the page has it: what is shown, the exact value (null: none), its validity and its event time. Compare values as numbers:
 * `1e+05` and `100000` are the same one.
 */
export async function readNumber(page, scope, signal) {
  const cell = page.locator(`[data-scope="${scope}"][data-signal="${signal}"]`).first();
  return cell.evaluate((element) => ({
    text: element.textContent.trim(),
    value: element.dataset.value === '' ? null : Number(element.dataset.value),
    validity: element.dataset.validity,
    at_ms: Number(element.dataset.at),
  }));
}

/** Every number of the screen, to compare with what the engine told. */
export async function readNumbers(page) {
  return page.locator('[data-scope][data-signal]').evaluateAll((all) =>
    all.map(({ dataset }) => ({
      scope: dataset.scope,
      signal: dataset.signal,
      value: dataset.value === '' ? null : Number(dataset.value),
      validity: dataset.validity,
    })),
  );
}
