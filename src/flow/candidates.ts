import type { ReplayTrail } from '../model/event.ts';
import type { Row } from '../load/destination.ts';

/** What becomes rows if the destination takes it. Lists side by side: an object more for each event costs the collector. */
export interface Candidates {
  rows: Row[];
  /** The events as they were received, JSON text. */
  raws: string[];
  /** By a row's number; few have one. */
  replays: Map<number, ReplayTrail>;
}

export const noCandidates = (): Candidates => ({ rows: [], raws: [], replays: new Map() });

export function addCandidate(
  { rows, raws, replays }: Candidates,
  row: Row,
  raw: string,
  replay?: ReplayTrail,
): void {
  if (replay !== undefined) replays.set(rows.length, replay);
  rows.push(row);
  raws.push(raw);
}
