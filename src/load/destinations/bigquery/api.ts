import { randomUUID } from 'node:crypto';
import type * as Library from '@google-cloud/bigquery';
import type { BigQueryConfig } from './settings.ts';
import { SentinelError, messageOf } from '../../../model/errors.ts';
import { retry } from '../../../support/retry.ts';
import { isAlreadyThere, isNotFound, isPassing } from './errors.ts';
import type { Field } from './types.ts';

export interface BigQueryOptions extends Omit<BigQueryConfig, 'type'> {
  /** Milliseconds before the first new try of what fails in passing. Default 1000. */
  retryMs?: number;
}

export interface TableSpec {
  fields: Field[];
  /** Of a day each, by this column. */
  partitionBy?: string;
  partitionExpirationDays?: number;
  clusterBy?: string[];
  /** Milliseconds since 1970 at which it vanishes. */
  expiresAt?: number;
}

/** Named parameters: text, or a list of texts. SQL makes other types of them. */
export type Params = Record<string, string | string[]>;

/** A cell that is never null, as text. */
export const cell = (value: string | null | undefined): string => value ?? '';

/** What is asked of BigQuery; each call is tried again when it fails in passing. */
export interface Api {
  readonly dataset: string;
  /** `name` of the dataset, as SQL. */
  table(name: string): string;
  /** Runs a script; the cells of its last SELECT, as the server's text. */
  run(sql: string, params?: Params): Promise<(string | null)[][]>;
  /** Appends rows, an object of JSON a line, to a table. */
  load(table: string, fields: Field[], lines: string): Promise<void>;
  fieldsOf(table: string): Promise<Field[] | undefined>;
  create(table: string, spec: TableSpec): Promise<void>;
  setFields(table: string, fields: Field[]): Promise<void>;
  ensureDataset(): Promise<void>;
  /** Tried once; costs nothing. */
  ping(): Promise<void>;
  /** Does not wait, and does not mind: such tables vanish by themselves. */
  forget(tables: readonly string[]): void;
}

const passing = { maxAttempts: 6, factor: 2, jitter: 2 / 3, maxDelayMs: Infinity };

async function openClient(options: BigQueryOptions): Promise<Library.BigQuery> {
  let library: typeof Library;
  try {
    library = await import('@google-cloud/bigquery');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw error;
    throw new SentinelError(
      'config_invalid',
      'a bigquery destination needs the package @google-cloud/bigquery, which is not installed; run npm install @google-cloud/bigquery',
      { cause: error },
    );
  }
  return new library.BigQuery({
    ...(options.project === undefined ? {} : { projectId: options.project }),
    ...(options.location === undefined ? {} : { location: options.location }),
    ...(options.apiEndpoint === undefined ? {} : { apiEndpoint: options.apiEndpoint }),
    ...(options.credentialsFile === undefined ? {} : { keyFilename: options.credentialsFile }),
    // Tried again here, for all kinds of calls in the same way.
    autoRetry: false,
    maxRetries: 0,
  });
}

export async function openApi(options: BigQueryOptions): Promise<Api> {
  const client = await openClient(options);
  const { dataset: name, location, retryMs = 1000 } = options;
  const dataset = client.dataset(name, location === undefined ? {} : { location });

  const patiently = <T>(work: () => Promise<T>): Promise<T> =>
    retry(work, { policy: { ...passing, initialDelayMs: 1.5 * retryMs }, isPassing });

  const run: Api['run'] = (sql, params = {}) => patiently(() => runScript(client, sql, params, location));

  const load: Api['load'] = (table, fields, lines) =>
    patiently(async () => {
      const upload = dataset.table(table).createWriteStream({
        schema: { fields },
        sourceFormat: 'NEWLINE_DELIMITED_JSON',
        // Whole or not at all, and a second try does not append to a first one that had worked after all.
        writeDisposition: 'WRITE_TRUNCATE',
        jobId: `sentinel_${randomUUID()}`,
        maxBadRecords: 0,
      });
      await new Promise<void>((resolve, reject) => {
        upload.once('error', reject).once('complete', () => resolve());
        upload.end(lines);
      });
    });

  const fieldsOf: Api['fieldsOf'] = (table) =>
    patiently(async () => {
      try {
        const [metadata] = (await dataset.table(table).getMetadata()) as [
          { schema?: { fields?: Field[] } },
          unknown,
        ];
        return metadata.schema?.fields ?? [];
      } catch (error) {
        if (isNotFound(error)) return undefined;
        throw error;
      }
    });

  return {
    dataset: name,
    table: (table) => `\`${name}.${table}\``,
    run,
    load,
    fieldsOf,
    create: (table, spec) =>
      patiently(async () => {
        try {
          await dataset.createTable(table, metadataOf(spec));
        } catch (error) {
          // Another worker, or a first try whose answer was lost.
          if (!isAlreadyThere(error)) throw error;
        }
      }),
    setFields: (table, fields) =>
      patiently(async () => void (await dataset.table(table).setMetadata({ schema: { fields } }))),
    ensureDataset: () =>
      patiently(async () => {
        try {
          await dataset.getMetadata();
        } catch (error) {
          if (!isNotFound(error)) throw error;
          await client
            .createDataset(name, location === undefined ? {} : { location })
            .catch((failure: unknown) => {
              if (!isAlreadyThere(failure)) throw failure;
            });
        }
      }),
    ping: async () => void (await dataset.getMetadata()),
    forget(tables) {
      for (const table of tables) dataset.table(table).delete().catch(messageOf);
    },
  };
}

async function runScript(
  client: Library.BigQuery,
  sql: string,
  params: Params,
  location: string | undefined,
): Promise<(string | null)[][]> {
  const [job] = await client.createQueryJob({
    query: sql,
    jobId: `sentinel_${randomUUID()}`,
    params,
    types: Object.fromEntries(
      Object.entries(params).map(([key, value]) => [key, typeof value === 'string' ? 'STRING' : ['STRING']]),
    ),
    ...(location === undefined ? {} : { location }),
  });
  const [rows] = await job.getQueryResults({ skipParsing: true });
  return (rows as { f: { v: string | null }[] }[]).map(({ f }) => f.map(({ v }) => v));
}

function metadataOf({
  fields,
  partitionBy,
  partitionExpirationDays,
  clusterBy,
  expiresAt,
}: TableSpec): object {
  return {
    schema: { fields },
    ...(partitionBy === undefined
      ? {}
      : {
          timePartitioning: {
            type: 'DAY',
            field: partitionBy,
            ...(partitionExpirationDays === undefined
              ? {}
              : { expirationMs: String(partitionExpirationDays * 86_400_000) }),
          },
        }),
    ...(clusterBy === undefined || clusterBy.length === 0 ? {} : { clustering: { fields: clusterBy } }),
    ...(expiresAt === undefined ? {} : { expirationTime: String(expiresAt) }),
  };
}
