import type { Message } from '../engine/engine.ts';
import type { ReplayTrail } from '../model/event.ts';
import type { Row } from '../load/destination.ts';
import type { Copy } from './one-way.ts';
import { type ParkedEvent, encodeParked } from './parked-event.ts';

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

/** Takes out those at these numbers. */
export function dropCandidates({ rows, raws, replays }: Candidates, dropped: ReadonlySet<number>): void {
  let to = 0;
  for (let at = 0; at < rows.length; at++) {
    const replay = replays.get(at);
    replays.delete(at);
    if (dropped.has(at)) continue;
    rows[to] = rows[at]!;
    raws[to] = raws[at]!;
    if (replay !== undefined) replays.set(to, replay);
    to++;
  }
  rows.length = raws.length = to;
}

/** As those of which others may load another copy. */
export const copiesOf = ({ rows, replays }: Candidates): Copy[] =>
  rows.map(({ requestId, receivedAt }, at): Copy => ({ requestId, receivedAt, replay: replays.get(at) }));

/** The same as messages for the time when the destination is back. */
export const parkedMessages = ({ rows, raws, replays }: Candidates): Message[] =>
  rows.map((row, at): Message => {
    const event: ParkedEvent = { row, raw: raws[at]!, replay: replays.get(at) };
    return { body: encodeParked(event) };
  });
