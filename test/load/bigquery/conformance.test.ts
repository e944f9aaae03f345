import { afterAll, beforeAll } from 'vitest';
import { openBigQuery } from '../../../src/load/destinations/bigquery/index.ts';
import { toJson } from '../../../src/load/destinations/duckdb/values.ts';
import { destinationConformance } from '../../conformance/destination.ts';
import { type BigQueryServer, startBigQueryServer } from '../../helpers/bigquery-server.ts';

let server: BigQueryServer;
let datasets = 0;
beforeAll(async () => {
  server = await startBigQueryServer();
});
afterAll(() => server.close());

destinationConformance(
  'bigquery',
  ['repeats', 'counts', 'marked', 'repairs', 'withdraw', 'originals', 'letterTable'],
  async () => {
    const dataset = `conformance_${datasets++}`;
    const options = {
      dataset,
      project: 'test',
      apiEndpoint: server.url,
      credentialsFile: server.credentials,
      loadIntervalSeconds: 1,
      queueId: 'q',
      retryMs: 5,
    };
    let destination = await openBigQuery(options);
    return {
      destination,
      async reopen() {
        await destination.close();
        return (destination = await openBigQuery(options));
      },
      async rows(table: string) {
        const reader = await server.store.main.runAndReadAll(`FROM "${dataset}"."${table}"`);
        const convert = reader.columnTypes().map(toJson);
        const names = reader.columnNames();
        return reader
          .getRows()
          .map((row) =>
            Object.fromEntries(row.map((value, i) => [names[i], value === null ? null : convert[i]!(value)])),
          );
      },
      cleanup: () => destination.close(),
    };
  },
);
