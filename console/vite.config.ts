import { defineConfig } from 'vite';
import { licenses } from './licenses.ts';

const service = process.env['SENTINEL_URL'] ?? 'http://127.0.0.1:3111';

export default defineConfig(({ command }) => ({
  root: import.meta.dirname,
  // The server puts the place where it serves the files before their names.
  base: command === 'build' ? './' : '/console/',
  plugins: [licenses()],
  build: {
    outDir: '../dist/console',
    emptyOutDir: true,
    target: 'es2022',
    // The Content-Security-Policy allows files only.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 700,
    modulePreload: { polyfill: false },
    rollupOptions: {
      // 'use client' is for frameworks that render on the server.
      onwarn: (warning, warn) => {
        if (warning.code !== 'MODULE_LEVEL_DIRECTIVE') warn(warning);
      },
    },
  },
  // `npm run dev -w console` works against a service that runs already.
  server: { proxy: { '/api': service, '/ingest': service, '/ready': service } },
}));
