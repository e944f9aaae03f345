import { join } from 'node:path';
import { SentinelError } from '../model/errors.ts';

/** Where files are written before they are handed out; what is in it may be deleted while nothing runs. */
export const exportsFolder = (dataDir: string): string => join(dataDir, 'exports');

/** The forms in which a table can be written to a file. */
export const exportFormats = ['parquet', 'csv', 'ndjson'] as const;
export type ExportFormat = (typeof exportFormats)[number];

export interface ExportPlace {
  /** Absolute path of the file to write, within `exportsFolder`. */
  file: string;
  signal: AbortSignal;
}

export interface TableExport extends ExportPlace {
  table: string;
  format: ExportFormat;
}

/**
 * Takes whole tables out of a destination, while it is loaded. CSV and NDJSON hold the values as `query` answers them: decimals
 * as text without trailing zeros, instants in ISO 8601 and UTC, integers beyond 2⁵³ as text. In CSV, NULL is an empty
 * field and an empty text is `""`. Parquet keeps the types.
 */
export interface Export {
  /** All rows as they are at one moment. `not_found` when there is no such table. */
  table(request: TableExport): Promise<{ rows: number }>;
  /** A whole copy of the database as it is at one moment. */
  snapshot?(place: ExportPlace): Promise<void>;
  /** Bytes that a snapshot may take. */
  snapshotSize?(): Promise<number>;
}

export const noExport = (): SentinelError =>
  new SentinelError(
    'query_refused',
    'the destination exports no tables; use its own tools, such as bq extract',
  );

export const noSnapshot = (): SentinelError =>
  new SentinelError(
    'query_refused',
    'only a DuckDB destination is copied as a file; use the tools of the database, such as pg_dump',
  );
