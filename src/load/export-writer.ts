import { dirname } from 'node:path';
import type { Engine } from '../engine/engine.ts';
import { SentinelError } from '../model/errors.ts';
import { requireSpace, reservedBytes } from '../support/disk-space.ts';
import type { OpenDestination } from './destination.ts';
import { type ExportFormat, type ExportPlace, noExport, noSnapshot } from './export.ts';

/** A table in a format, the whole database, or the queue with all state. */
export type ExportRequest = { table: string; format: ExportFormat } | { snapshot: true } | { queue: true };

/** What exports are taken from. */
export interface Exported {
  destination: OpenDestination;
  engine: Pick<Engine, 'backup'>;
}

/** Resolves with the number of rows, where it is known. */
type Write = (place: ExportPlace) => Promise<number | undefined>;

/** Throws `query_refused` where that can't be exported. */
export function writerOf(request: ExportRequest, { destination, engine }: Exported): Write {
  if ('queue' in request) return queueWriter(engine);
  const given = destination.export;
  if (given === undefined) throw noExport();
  if ('table' in request) return async (place) => (await given.table({ ...request, ...place })).rows;
  const { snapshot } = given;
  if (snapshot === undefined) throw noSnapshot();
  return async (place) => {
    await requireSpace(dirname(place.file), ((await given.snapshotSize?.()) ?? 0) + reservedBytes);
    await snapshot(place);
    return undefined;
  };
}

function queueWriter({ backup }: Exported['engine']): Write {
  if (backup === undefined)
    throw new SentinelError(
      'query_refused',
      'only the embedded engine is copied as a file; of NATS use nats account backup',
    );
  return async ({ file }) => {
    await backup(file);
    return undefined;
  };
}
