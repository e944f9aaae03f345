import { defineConfig } from 'vitest/config';

/** `npm run test:cluster`: whole clusters of real servers, with faults. */
export default defineConfig({
  resolve: { alias: { 'data-sentinel': new URL('./src/index.ts', import.meta.url).pathname } },
  test: {
    include: ['test/cluster/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    maxWorkers: 1,
    bail: 1,
  },
});
