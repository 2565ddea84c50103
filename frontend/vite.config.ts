import { fileURLToPath } from 'node:url';
import tailwindcss from '@tailwindcss/vite';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const backend = process.env.TRIBUTARY_URL ?? 'http://127.0.0.1:8080';

/** The dashboard: a static site that shares its origin with the API. */
export default defineConfig({
  root: here('.'),
  plugins: [react(), tailwindcss()],
  resolve: {
    alias: {
      re2js: here('./src/lib/re2-syntax.ts'),
      // the package's exports name its development build only, which carries warnings that nobody reads in production
      'react-router': here('../node_modules/react-router/dist/production/index.mjs'),
    },
  },
  build: {
    outDir: here('../dist/site'),
    emptyOutDir: true,
    target: ['chrome111', 'firefox128', 'safari16.4'],
    // every file has its own address: the content policy allows data: for images only
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    manifest: 'manifest.json',
    // schemas that the query language's modules define beside their functions have no part in the browser
    rolldownOptions: { treeshake: { manualPureFunctions: ['z'] } },
  },
  server: {
    proxy: {
      '/api': { target: backend, ws: true },
      '/health': backend,
    },
  },
});
