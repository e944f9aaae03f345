import type { BuiltInAdapter } from '../../adapter.ts';
import { type PostgresConfig, configure, settings } from './settings.ts';

export const postgres: BuiltInAdapter<typeof settings, PostgresConfig> = {
  settings,
  configure,
  capabilities: {
    shared: true,
    repeats: true,
    // As for DuckDB: a transaction costs milliseconds, however small.
    pace: (_, limits) => ({ lingerMs: 60, ...limits }),
  },
  describe: ({ url, schema }) => `postgres ${withoutLogin(url)}, schema ${schema}`,
  async doctor(config, { tables }) {
    const { checkPostgres } = await import('./check.ts');
    const { version, warning } = await checkPostgres(config, tables);
    return { version: `PostgreSQL ${version}`, warning };
  },
  async open(config) {
    const { openPostgres } = await import('./index.ts');
    const { decideEncryption } = await import('./encryption.ts');
    const { url, queryUrl } = config;
    return openPostgres({
      ...config,
      url: await decideEncryption(url),
      queryUrl: queryUrl && (await decideEncryption(queryUrl)),
    });
  },
};

const withoutLogin = (url: string): string => url.replace(/^\w+:\/\/(?:[^/]*@)?/, '').replace(/\?.*$/, '');
