import { defineConfig } from 'vitest/config';

/** Tests that start programs beside Node: PostgreSQL, nats-server, a browser; and the longer ones of other destinations and of JSON Schema. */
export const services = [
  'test/cli/doctor-nats.test.ts',
  'test/console/**/*.test.ts',
  'test/contracts/json-schema-suite.test.ts',
  'test/e2e/{bigquery,deliveries-nats,destinations,destinations-nats,letters-nats,main-destination-down,migrate,nats-away,postgres,repeats,waiting-table}.test.ts',
  'test/deploy/nats-login.test.ts',
  'test/engine/nats/**/*.test.ts',
  'test/load/{bigquery,postgres}/**/*.test.ts',
  'test/engine/migrate.test.ts',
];

const source = (path: string): string => new URL(`./src/${path}`, import.meta.url).pathname;
/** The entries of the package, as `exports` in package.json has them built. */
export const alias = {
  'data-sentinel/conformance': source('conformance/destination.ts'),
  'data-sentinel/testing': source('testing/index.ts'),
  'data-sentinel/destination-kit': source('load/destination-kit/index.ts'),
  'data-sentinel': source('index.ts'),
};

/** `npm run test:services` */
export default defineConfig({
  resolve: { alias },
  test: {
    include: services,
    // They guard against a hang: a busy machine takes several times as long as an idle one.
    testTimeout: 90_000,
    hookTimeout: 120_000,
    maxWorkers: 2,
  },
});
