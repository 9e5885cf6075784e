// `npm run browser`: the page in a real browser. Without one it says so and is no failure.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { missingBrowser } from '../support/browser.mjs';

const folder = fileURLToPath(new URL('.', import.meta.url));
const reason = missingBrowser();
if (reason !== '') {
  console.log(`skipped: ${reason}`);
  process.exit(0);
}
if (!existsSync(new URL('../../dist/index.html', import.meta.url))) {
  console.error('there is no dist/: npm run build');
  process.exit(1);
}
const tests = readdirSync(folder)
  .filter((name) => name.endsWith('.test.mjs'))
  .map((name) => folder + name);
const flags = Number(process.versions.node.split('.')[0]) >= 20 ? ['--test-concurrency=1'] : [];
process.exit(spawnSync(process.execPath, ['--test', ...flags, '--test-reporter=spec', ...tests], { stdio: 'inherit' }).status ?? 1);
