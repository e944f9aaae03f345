import { access, constants, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Config, DestinationConfig } from '../config/load.ts';
import { describeDestination } from '../config/destinations.ts';
import { messageOf } from '../model/errors.ts';
import type { Finding } from './doctor-finding.ts';
import { nearestExisting } from './nearest-existing.ts';

/** What a destination answered, if there is more to say than its name, and what a person should look at. */
interface Answer {
  version?: string;
  warning?: { found: string; fix: string } | undefined;
}

/** Reaches each destination as the service would; throws at the first that can't be. */
export async function checkDestinations(config: Config): Promise<Finding> {
  const found: string[] = [];
  let fix: string | undefined;
  for (const destination of [config.destination, ...config.destinations]) {
    const name = 'name' in destination ? `${destination.name}: ` : '';
    const { version, warning } = await reach(destination);
    found.push(`${name}${describeDestination(destination)}${version === undefined ? '' : ` (${version})`}`);
    if (warning === undefined) continue;
    found.push(warning.found);
    fix = warning.fix;
  }
  return {
    status: fix === undefined ? 'ok' : 'warn',
    found: found.join('; '),
    fix,
  };
}

async function reach(destination: DestinationConfig): Promise<Answer> {
  switch (destination.type) {
    case 'duckdb': {
      if (destination.path !== undefined) await checkFile(destination.path);
      return {};
    }
    case 'postgres': {
      const { checkPostgres } = await import('../load/destinations/postgres/check.ts');
      const { version, warning } = await checkPostgres(destination);
      return { version: `PostgreSQL ${version}`, warning };
    }
    case 'bigquery': {
      const { openApi } = await import('../load/destinations/bigquery/api.ts');
      const { unavailable } = await import('../load/destinations/bigquery/errors.ts');
      const api = await openApi({ ...destination });
      await api.fieldsOf('_sentinel_counters').catch((error: unknown) => {
        throw unavailable('be reached', error);
      });
      return {};
    }
  }
}

/** Without opening it, as only one process may: the file, if it is there, and the place for those beside it. */
async function checkFile(path: string): Promise<void> {
  const file = await nearestExisting(path);
  const folder = await nearestExisting(dirname(path));
  if (!(await stat(folder)).isDirectory())
    throw new Error(`${folder} is not a folder; choose another destination.path`);
  for (const place of new Set([file, folder]))
    await access(place, constants.R_OK | constants.W_OK).catch((error: unknown) => {
      throw new Error(`${place} can't be written: ${messageOf(error)}; choose another destination.path`);
    });
}
