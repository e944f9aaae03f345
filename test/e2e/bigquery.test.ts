import { expect, it } from 'vitest';
import { startBigQueryServer } from '../helpers/bigquery-server.ts';
import {
  get,
  ingest,
  post,
  runCommand,
  settled,
  startProcess,
  transaction,
  without,
} from '../helpers/sentinel.ts';
import { until } from '../helpers/until.ts';

it.each([
  ['the main destination', (bigquery: object) => ({ destination: bigquery })],
  ['a further one', (bigquery: object) => ({ destinations: [{ name: 'lake', ...bigquery }] })],
])('loads into BigQuery as %s', async (_, configOf) => {
  const server = await startBigQueryServer();
  const bigquery = {
    type: 'bigquery',
    project: 'test',
    dataset: 'events',
    api_endpoint: server.url,
    load_interval_seconds: 1,
  };
  const env = { GOOGLE_APPLICATION_CREDENTIALS: server.credentials };
  const sentinel = await startProcess({ config: configOf(bigquery), env });
  try {
    const event = transaction({ amount: '12345678901234567890.123456789' });
    const ids = [
      await ingest(sentinel.url, event),
      await ingest(sentinel.url, event),
      await ingest(sentinel.url, { ...without(transaction(), 'email'), user_email: 'eve@example.com' }),
    ];
    const statuses = [];
    for (const id of ids) statuses.push((await settled(sentinel.url, id)).status);
    expect(statuses).toEqual(['loaded', 'duplicate', 'repaired']);
    const rows = async () =>
      (
        await server.store.main.runAndReadAll(
          'SELECT amount::VARCHAR, _repaired FROM events.transaction ORDER BY 2',
        )
      ).getRows();
    // A further one is loaded at its own pace, and so are its tables made.
    const tables = async () =>
      (
        await server.store.main.runAndReadAll(
          `SELECT 1 FROM duckdb_tables() WHERE schema_name = 'events' AND table_name = 'transaction'`,
        )
      ).getRows();
    await until(async () => (await tables()).length === 1 && (await rows()).length === 2);
    expect(await rows()).toEqual([
      ['12345678901234567890.123456789', false],
      ['99.990000000', true],
    ]);
    const doctor = await runCommand(sentinel.dir, ['doctor'], env);
    expect(doctor.out).toMatch(/^ok .*bigquery test\.events/m);
    if ('destination' in configOf(bigquery)) {
      const refused = await post(`${sentinel.url}/api/v1/query`, { sql: 'SELECT 1' });
      expect(await refused.text()).toContain('a bigquery destination answers none here');
    }
    expect(await get(`${sentinel.url}/api/v1/stats`)).toMatchObject({ loaded: 1, repaired: 1, duplicate: 1 });
  } finally {
    await sentinel.stop();
    await server.close();
  }
});
