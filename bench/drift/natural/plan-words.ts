import type { CastType, Operation } from '../../../src/model/plan.ts';

// Plans as short as a person would say them.
export const move = (from: string, to: string): Operation => ({ op: 'move', from, to });
/** The same name, out of one object into another, for several fields. */
export const moveAll = (from: string, to: string, names: readonly string[]): Operation[] =>
  names.map((name) => move(`${from}/${name}`, `${to}/${name}`));
export const cast = (path: string, to: CastType, format?: string): Operation => ({
  op: 'cast',
  path,
  to,
  format,
});
/** A time without a zone, in the zone that stands elsewhere in the event. */
export const inZone = (path: string, format: string, zone_from: string): Operation => ({
  op: 'cast',
  path,
  to: 'datetime',
  format,
  zone_from,
});
export const map = (path: string, values: Record<string, string | boolean>): Operation => ({
  op: 'map',
  path,
  values,
});
export const parse = (path: string): Operation => ({ op: 'parse', path });
export const wrap = (path: string): Operation => ({ op: 'wrap', path });
export const unwrap = (path: string): Operation => ({ op: 'unwrap', path });
