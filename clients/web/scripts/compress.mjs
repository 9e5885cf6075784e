// Writes FILE.gz beside every file of dist/: the server sends the compressed form as it is. Equal input gives equal bytes.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const dist = fileURLToPath(new URL('../dist/', import.meta.url));
let total = 0;
for (const entry of readdirSync(dist, { recursive: true, withFileTypes: true })) {
  if (!entry.isFile() || entry.name.endsWith('.gz')) continue;
  const path = join(entry.parentPath ?? entry.path, entry.name);
  const packed = gzipSync(readFileSync(path), { level: 9 });
  packed[9] = 255; // the byte that names the operating system
  writeFileSync(`${path}.gz`, packed);
  total += packed.length;
}
console.log(`dist: ${(total / 1000).toFixed(1)} kB compressed, of 90`);
if (total > 90_000) {
  console.error('dist is larger than its budget: find out what grew with `npx vite build --sourcemap`');
  process.exit(1);
}
