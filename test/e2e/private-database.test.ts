import { chmod, mkdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { openDuckDb } from '../../src/load/destinations/duckdb/index.ts';
import { allowNoMoreThan } from '../../src/support/umask.ts';
import { ingest, settled, startProcess, transaction } from '../helpers/sentinel.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

/** The rows are customers' data, and a folder outside the data folder may be open to all of a machine. */
describe('a database file outside the data folder', () => {
  let file: string;
  beforeEach(async () => {
    const old = process.umask(0o022);
    onTestFinished(() => void process.umask(old));
    const folder = await temporaryFolder();
    await chmod(folder, 0o755);
    await mkdir(join(folder, 'rows'));
    file = join(folder, 'rows', 'warehouse.duckdb');
  });
  const modeOf = async (path: string) => ((await stat(path)).mode & 0o777).toString(8);
  const modes = async () => [await modeOf(file), await modeOf(`${file}.wal`)];

  it('is for its owner alone, and so is its write-ahead log', async () => {
    const service = await startProcess({ config: { destination: { type: 'duckdb', path: file } } });
    onTestFinished(async () => void (await service.stop()));
    await settled(service.url, await ingest(service.url, transaction()));
    expect(await modes()).toEqual(['600', '600']);
  });

  it('keeps the mode that somebody has given it', async () => {
    await (await openDuckDb({ path: file })).close();
    await chmod(file, 0o640);
    await allowNoMoreThan([file]);
    const destination = await openDuckDb({ path: file });
    await destination.prepare([]);
    expect(await modes()).toEqual(['640', '640']);
    await destination.close();
  });
});
