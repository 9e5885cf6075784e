import { svelte } from '@sveltejs/vite-plugin-svelte';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

// `npm run dev` shows the page of this folder with the numbers of a running `groundswell web`.
const server = process.env.GROUNDSWELL_WEB ?? 'http://127.0.0.1:8080';

export default defineConfig({
  plugins: [svelte()],
  resolve: { alias: { '@groundswell/client': fileURLToPath(new URL('./client/src/index.ts', import.meta.url)) } },
  build: {
    target: 'es2022',
    assetsInlineLimit: 0, // the server's content security policy allows no data: address
    modulePreload: { polyfill: false },
  },
  server: { proxy: { '/api': { target: server, ws: true, changeOrigin: true, rewriteWsOrigin: true } } },
  test: { include: ['tests/unit/**/*.test.ts', 'client/tests/**/*.test.ts'] },
});
