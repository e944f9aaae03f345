import { existsSync } from 'node:fs';
import { access, constants, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { messageOf } from '../../../model/errors.ts';
import { nearestExisting } from '../../../support/disk-space.ts';
import type { BuiltInAdapter } from '../../adapter.ts';
import { exportsFolder } from '../../export.ts';
import { type DuckDbConfig, configure, settings } from './settings.ts';

export const duckdb: BuiltInAdapter<typeof settings, DuckDbConfig> = {
  settings,
  configure,
  capabilities: {
    shared: false,
    repeats: true,
    file: ({ path }) => (path === ':memory:' ? undefined : path),
    // A transaction costs milliseconds, however small: with single events under load, 60 ms instead of 25 save a tenth of
    // all CPU. The delay to the destination stays below a tenth of a second.
    pace: (_, limits) => ({ lingerMs: 60, ...limits }),
  },
  describe: ({ path }) => `duckdb${path === undefined ? '' : ` ${path}`}`,
  async doctor({ path }, { dataDir }) {
    if (path !== undefined) await checkFile(path);
    const file = path ?? join(dataDir, 'warehouse.duckdb');
    if (existsSync(file)) await (await import('./sample.ts')).readSample(file);
    return {};
  },
  async open({ path }, { dataDir }) {
    const { openDuckDb } = await import('./index.ts');
    return openDuckDb({
      path: path ?? join(dataDir, 'warehouse.duckdb'),
      exports: resolve(exportsFolder(dataDir)),
    });
  },
};

/** The file, if it is there, and the place for those beside it. */
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
