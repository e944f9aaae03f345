import { resolve } from 'node:path';
import { z } from 'zod';
import { text } from '../../../config/fields.ts';
import type { ConfigPlace } from '../../adapter.ts';

export interface DuckDbConfig {
  type: 'duckdb';
  /** Database file; by default one in the data folder. */
  path?: string;
}

export const settings = z.object({
  path: text('the path of a file')
    .optional()
    .meta({ sample: './warehouse.duckdb', description: 'default: a file in the data folder' }),
});

export function configure(
  { path }: z.output<typeof settings>,
  { at, further, base, problems }: ConfigPlace,
): DuckDbConfig {
  if (further && path === undefined)
    problems.push(`${at}.path: found nothing; allowed: the path of a file, as each needs its own`);
  return { type: 'duckdb', ...(path === undefined ? {} : { path: resolve(base, path) }) };
}
