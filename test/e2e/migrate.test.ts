import { join } from 'node:path';
import { writeFile } from 'node:fs/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { stringify } from 'yaml';
import type { DeadLetter } from '../../src/model/dead-letter.ts';
import type { Stats } from '../../src/server/stats.ts';
import { noNatsServer, startNatsServer } from '../helpers/nats-server.ts';
import { get, ingest, query, runCommand, settled, startProcess, transaction } from '../helpers/sentinel.ts';
import { until } from '../helpers/until.ts';

describe.skipIf(noNatsServer !== undefined)('from one machine to NATS', () => {
  it('everything goes on where it was; not while the service runs', { timeout: 90_000 }, async () => {
    const server = await startNatsServer();
    onTestFinished(() => server.stop());
    const sentinel = await startProcess();
    onTestFinished(async () => void (await sentinel.stop()));
    const good = await ingest(sentinel.url, transaction());
    const bad = await ingest(sentinel.url, transaction({ amount: 'a lot' }));
    await settled(sentinel.url, good);
    await settled(sentinel.url, bad);
    await fetch(`${sentinel.url}/api/v1/consumers/raw_event/pipeline/pause`, { method: 'POST' });
    // The pipeline's thread hears of it a moment later, and after a restart before it takes anything.
    await sentinel.kill('SIGTERM');
    await sentinel.restart();
    await ingest(sentinel.url, transaction());
    await ingest(sentinel.url, transaction());
    const before = await get<Stats>(`${sentinel.url}/api/v1/stats`);

    const engine = { type: 'nats', servers: [server.address], replicas: 1 };
    await writeFile(join(sentinel.dir, 'sentinel-config.yaml'), stringify({ engine }));
    const refused = await runCommand(sentinel.dir, ['migrate']);
    expect(refused).toMatchObject({ code: 1, err: expect.stringContaining('data_folder_in_use') as string });

    await sentinel.kill('SIGTERM');
    const done = await runCommand(sentinel.dir, ['migrate', '--json']);
    expect(done).toMatchObject({ code: 0 });
    await sentinel.restart();
    expect(sentinel.log().findLast(({ status }) => status === 'started')).toMatchObject({ engine: 'nats' });
    expect(sentinel.log().filter(({ code }) => code === 'destination_older')).toEqual([]);
    const letters = await get<{ items: DeadLetter[] }>(`${sentinel.url}/api/v1/dead-letters`);
    expect(letters.items.map(({ request_id }) => request_id)).toEqual([bad]);
    expect(await get<Stats>(`${sentinel.url}/api/v1/stats`)).toMatchObject({
      accepted: before.accepted,
      loaded: 1,
      dead_letters: 1,
      pending: 2, // the pause has come along, too
    });
    await fetch(`${sentinel.url}/api/v1/consumers/raw_event/pipeline/resume`, { method: 'POST' });
    await until(async () => (await get<Stats>(`${sentinel.url}/api/v1/stats`)).pending === 0);
    const [row] = await query(sentinel.url, 'SELECT count(*) AS n FROM transaction');
    expect(Number(row!['n'])).toBe(before.accepted - 1);
  });
});
