// How the page's memory goes while a market runs at 60 times its speed: eight of its hours in eight minutes, on all screens in turn. Prints
// the heap of each minute after a collection. Not a test: a figure.
//
//     GROUNDSWELL_SOURCE_DIR=$PWD GROUNDSWELL_BINARY=$PWD/build/release/groundswell node tests/browser/heap.mjs [MINUTES]
import { join } from 'node:path';
import { Desk } from './programs.mjs';

const { goTo, kScreens, launch, openScreen, waitForLive } = await import(
  join(process.env.GROUNDSWELL_SOURCE_DIR, 'clients/web/tests/support/browser.mjs')
);
const kMinutes = Number(process.argv[2] ?? 8);
const kScreenMs = 60_000 / kScreens.length;

const desk = new Desk();
const browser = await launch();
try {
  await desk.writeHistory();
  await desk.startEngine();
  await desk.startConsole();
  const page = await openScreen(browser, desk.url, '#/overview', { wait: false });
  await waitForLive(page, 30_000);
  desk.startMarket('--speed', '60', '--rate', '60', '--sessions', '2');
  const session = await page.context().newCDPSession(page);
  const heap_mb = async () => {
    await session.send('HeapProfiler.collectGarbage');
    return (await session.send('Runtime.getHeapUsage')).usedSize / 1e6;
  };
  for (let minute = 0; minute < kMinutes; minute++) {
    for (const screen of kScreens) {
      await goTo(page, `#/${screen}`);
      await page.waitForTimeout(kScreenMs);
    }
    const clock = await page.locator('.clock').first().textContent().catch(() => '');
    console.log(`minute ${minute + 1}, ${clock.trim()}: ${(await heap_mb()).toFixed(2)} MB`);
  }
} finally {
  await browser.close();
  await desk.close();
}
