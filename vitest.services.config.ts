import { defineConfig } from 'vitest/config';

/** Tests that start programs beside Node: PostgreSQL, nats-server, a browser; and the longer ones of other destinations. */
export const services = [
  'test/cli/doctor-nats.test.ts',
  'test/console/**/*.test.ts',
  'test/e2e/{bigquery,destinations,destinations-nats,main-destination-down,migrate,nats-away,postgres}.test.ts',
  'test/deploy/nats-login.test.ts',
  'test/engine/nats/**/*.test.ts',
  'test/load/{bigquery,postgres}/**/*.test.ts',
  'test/migrate.test.ts',
];

/** `npm run test:services` */
export default defineConfig({
  resolve: { alias: { 'data-sentinel': new URL('./src/index.ts', import.meta.url).pathname } },
  test: {
    include: services,
    testTimeout: 30_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
  },
});
