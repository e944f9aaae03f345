import type { BuiltInAdapter } from '../../adapter.ts';
import { type BigQueryConfig, configure, settings } from './settings.ts';

export const bigquery: BuiltInAdapter<typeof settings, BigQueryConfig> = {
  settings,
  configure,
  capabilities: {
    shared: true,
    repeats: true,
    // Each load costs seconds, and reads the keys of the table, however small it is.
    pace: ({ loadIntervalSeconds }, { maxEvents, maxBytes }) => ({
      lingerMs: loadIntervalSeconds * 1000,
      maxEvents: Math.max(maxEvents, 100_000),
      maxBytes: Math.max(maxBytes, 64 * 2 ** 20),
    }),
  },
  describe: ({ project, dataset }) => `bigquery ${project === undefined ? '' : `${project}.`}${dataset}`,
  async doctor(config) {
    const { openApi } = await import('./api.ts');
    const { unavailable } = await import('./errors.ts');
    const api = await openApi(config);
    await api.fieldsOf('_sentinel_counters').catch((error: unknown) => {
      throw unavailable('be reached', error);
    });
    return {};
  },
  async open(config) {
    const { openBigQuery } = await import('./index.ts');
    return openBigQuery(config);
  },
};
