import type { Reception, ReplayTrail } from '../model/event.ts';
import type { Received } from '../ingest/record.ts';
import type { Row } from '../load/destination.ts';
import type { RowEnd } from '../load/waiting-tables.ts';

/** Events that become rows if the destination accepts them. Parallel lists, as one more object for each event burdens the garbage collector. */
export interface Candidates {
  rows: Row[];
  /** The events as they were received, JSON text. */
  raws: string[];
  /** By a row's number; few have one. */
  replays: Map<number, ReplayTrail>;
  /** By a row's number; only while traces are exported. */
  traces: Map<number, string>;
}

export const noCandidates = (): Candidates => ({ rows: [], raws: [], replays: new Map(), traces: new Map() });

export function addCandidate(
  { rows, raws, replays, traces }: Candidates,
  row: Row,
  raw: string,
  { replay, trace }: Pick<Reception, 'replay' | 'trace'>,
): void {
  if (replay !== undefined) replays.set(rows.length, replay);
  if (trace !== undefined) traces.set(rows.length, trace);
  rows.push(row);
  raws.push(raw);
}

/** The same with others between them, each before the row of its number `before`. */
export function withOthers(candidates: Candidates, others: readonly Other[]): Candidates {
  const { rows, raws, replays, traces } = candidates;
  const all = noCandidates();
  let from = 0;
  const addUntil = (end: number): void => {
    for (; from < end; from++)
      addCandidate(all, rows[from]!, raws[from]!, { replay: replays.get(from), trace: traces.get(from) });
  };
  for (const { before, row, text, header } of others) {
    addUntil(before);
    addCandidate(all, row, text, header);
  }
  addUntil(rows.length);
  return all;
}

export interface Other extends Pick<Received, 'text' | 'header'> {
  before: number;
  row: Row;
}

/** The replays whose event has ended as a row or a duplicate. */
export const replaysOver = ({ rows, replays }: Candidates, settled: readonly RowEnd[]) =>
  [...replays].flatMap(([at, { round }]) =>
    settled[at]!.status === 'loaded' || settled[at]!.status === 'duplicate'
      ? [{ id: rows[at]!.requestId, round }]
      : [],
  );
