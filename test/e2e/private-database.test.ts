import { chmod, mkdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openDuckDb } from '../../src/load/destinations/duckdb/index.ts';
import { ingest, settled, startProcess, transaction } from '../helpers/sentinel.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const modeOf = async (path: string) => ((await stat(path)).mode & 0o777).toString(8);

/** The rows are customers' data, and a folder outside the data folder may be open to all of a machine. */
describe('a database file outside the data folder', () => {
  async function load(path: string, chosen?: number) {
    const old = process.umask(0o022);
    onTestFinished(() => void process.umask(old));
    const folder = await temporaryFolder();
    await chmod(folder, 0o755);
    await mkdir(join(folder, 'rows'));
    const file = join(folder, 'rows', path);
    if (chosen !== undefined) {
      await (await openDuckDb({ path: file })).close();
      await chmod(file, chosen);
    }
    const service = await startProcess({ config: { destination: { type: 'duckdb', path: file } } });
    onTestFinished(async () => void (await service.stop()));
    await settled(service.url, await ingest(service.url, transaction()));
    return { file: await modeOf(file), wal: await modeOf(`${file}.wal`) };
  }

  it('is for its owner alone, and so is its write-ahead log', async () => {
    expect(await load('warehouse.duckdb')).toEqual({ file: '600', wal: '600' });
  });

  it('keeps the mode that somebody has given it', async () => {
    expect(await load('shared.duckdb', 0o640)).toEqual({ file: '640', wal: '640' });
  });
});
