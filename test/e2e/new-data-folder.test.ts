import { rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ingest, query, settled, startProcess, transaction } from '../helpers/sentinel.ts';

it('a data folder is private to its account, and a warehouse file that outlives it takes the events of the next one', async () => {
  const sentinel = await startProcess({
    config: { destination: { type: 'duckdb', path: './kept.duckdb' } },
  });
  try {
    // It holds whole events.
    expect(((await stat(join(sentinel.dir, 'data'))).mode & 0o777).toString(8)).toBe('700');
    const repeated = transaction();
    for (const event of [repeated, transaction(), transaction()])
      expect(await settled(sentinel.url, await ingest(sentinel.url, event))).toMatchObject({
        status: 'loaded',
      });
    expect(await sentinel.kill('SIGTERM')).toBe(0);
    await rm(join(sentinel.dir, 'data'), { recursive: true });
    await sentinel.restart();

    // The queue counts from its beginning again, where the file has positions of the one before.
    expect(await settled(sentinel.url, await ingest(sentinel.url, transaction()))).toMatchObject({
      status: 'loaded',
    });
    expect(await settled(sentinel.url, await ingest(sentinel.url, repeated))).toMatchObject({
      status: 'duplicate',
    });
    expect(await query(sentinel.url, 'SELECT count(*) AS n FROM transaction')).toEqual([{ n: 4 }]);
  } finally {
    await sentinel.stop();
  }
});
