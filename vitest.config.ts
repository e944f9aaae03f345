import { defineConfig } from 'vitest/config';
import { alias, services } from './vitest.services.config.ts';

/** They put another module in the place of one, or look at what a fresh process holds: files that share their modules can't. */
const withOwnModules = ['test/flow/interleavings.test.ts', 'test/contracts/no-exact-numbers.test.ts'];

export default defineConfig({
  resolve: { alias },
  test: {
    // They guard against a hang: a busy machine takes several times as long as an idle one.
    testTimeout: 60_000,
    hookTimeout: 90_000,
    // Of 2 cores: many tests wait, for a process to start or a disk.
    maxWorkers: 3,
    projects: [
      {
        extends: true,
        test: {
          name: 'tests',
          include: ['test/**/*.test.ts', 'examples/**/*.test.ts'],
          // Minutes of their own.
          exclude: ['test/cluster/**', ...services, ...withOwnModules],
          // A third of the time went into loading the same modules for each file.
          isolate: false,
        },
      },
      { extends: true, test: { name: 'with modules of their own', include: withOwnModules } },
    ],
    coverage: { include: ['src/**'], reporter: ['text-summary', 'html'] },
  },
});
