import { defineConfig } from 'vitest/config';
import { services } from './vitest.services.config.ts';

export default defineConfig({
  resolve: { alias: { 'data-sentinel': new URL('./src/index.ts', import.meta.url).pathname } },
  test: {
    include: ['test/**/*.test.ts', 'examples/**/*.test.ts'],
    // Minutes of their own.
    exclude: ['test/cluster/**', ...services],
    testTimeout: 20_000,
    hookTimeout: 30_000,
    // Of 2 cores: many tests wait, for a process to start or a disk.
    maxWorkers: 3,
    coverage: { include: ['src/**'], reporter: ['text-summary', 'html'] },
  },
});
