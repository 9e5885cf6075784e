// What a browser has to fetch, compressed: the page with everything in it, and the client by itself.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'vite';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));
const kPage_bytes = 90_000;
const kClient_bytes = 6_000;

test('the built page stays inside its budget, and every file lies beside its compressed form', () => {
  const files = readdirSync(join(root, 'dist'), { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const names = files.map((entry) => join(entry.parentPath ?? entry.path, entry.name));
  const plain = names.filter((name) => !name.endsWith('.gz'));
  expect(plain.length).toBeGreaterThanOrEqual(3);
  for (const name of plain) expect(names).toContain(`${name}.gz`);
  const total = plain.reduce((sum, name) => sum + readFileSync(`${name}.gz`).length, 0);
  expect(total).toBeLessThanOrEqual(kPage_bytes);
});

test('no inline script or style: the security policy of the server allows none', () => {
  const html = readFileSync(join(root, 'dist/index.html'), 'utf8');
  expect(html).not.toMatch(/<style|style=|<script(?![^>]*src=)|javascript:|data:/);
});

test('the client alone is small', async () => {
  const result = await build({
    configFile: false,
    logLevel: 'silent',
    root,
    build: {
      write: false,
      target: 'es2022',
      lib: { entry: join(root, 'client/src/index.ts'), formats: ['es'], fileName: 'index' },
      minify: 'esbuild',
    },
  });
  const [bundle] = [result].flat();
  const code = bundle && 'output' in bundle ? bundle.output[0].code : '';
  expect(code.length).toBeGreaterThan(1000);
  expect(gzipSync(code, { level: 9 }).length).toBeLessThanOrEqual(kClient_bytes);
});
