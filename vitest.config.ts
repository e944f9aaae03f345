import { defineConfig } from 'vitest/config';
import { alias, services } from './vitest.services.config.ts';

export default defineConfig({
  resolve: { alias },
  test: {
    include: ['test/**/*.test.ts', 'examples/**/*.test.ts'],
    // Minutes of their own.
    exclude: ['test/cluster/**', ...services],
    // They guard against a hang: a busy machine takes several times as long as an idle one.
    testTimeout: 60_000,
    hookTimeout: 90_000,
    // Of 2 cores: many tests wait, for a process to start or a disk.
    maxWorkers: 3,
    // A third of the time went into loading the same modules for each file.
    isolate: false,
    coverage: { include: ['src/**'], reporter: ['text-summary', 'html'] },
  },
});
