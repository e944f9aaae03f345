import type { Contract } from '../../contracts/contract.ts';
import type { Json, JsonObject } from '../../model/json.ts';
import type { Operation, Plan, Pointer } from '../../model/plan.ts';
import { bind, bindings, segmentsOf, valueAt } from '../../model/pointer.ts';
import { schemasAt } from './schema-paths.ts';
import { pathsOf } from './operation-paths.ts';
import { isUnixTime } from '../../model/unix-time.ts';

/** Why what a plan has put somewhere can't be told for sure, naming the path; undefined when it can. */
export type ArrivalCheck = (result: JsonObject) => string | undefined;

/**
 * Some contracts take any text or number for a time. That is their word on what is sent under the field's own name; of what a
 * plan brings there from elsewhere nobody has said so.
 */
export function compileArrivals({ operations }: Plan, { jsonSchema }: Contract): ArrivalCheck {
  const times = new Set<Pointer>();
  for (const operation of operations) {
    const { reads, writes } = pathsOf(operation);
    for (const path of writes)
      if ((!reads.includes(path) || isNumberRead(operation)) && isInstant(jsonSchema, segmentsOf(path)))
        times.add(path);
  }
  if (times.size === 0) return () => undefined;
  const places = [...times].map((pointer) => ({ pointer, segments: segmentsOf(pointer) }));
  return (result) => {
    for (const { pointer, segments } of places)
      for (const indexes of bindings(result, segments) ?? []) {
        const doubt = doubtOf(valueAt(result, bind(segments, indexes)));
        if (doubt !== undefined) return `the value at ${pointer} ${doubt}`;
      }
    return undefined;
  };
}

/** Digits that become a number where a time may be one: `20260304101500` is none. */
const isNumberRead = (operation: Operation): boolean =>
  operation.op === 'cast' && (operation.to === 'integer' || operation.to === 'number');

function isInstant(jsonSchema: JsonObject, segments: readonly string[]): boolean {
  return schemasAt(jsonSchema, segments).some(
    ({ format, 'x-zone': zone }) => format === 'date-time' && zone === undefined,
  );
}

function doubtOf(value: Json | undefined): string | undefined {
  if (typeof value === 'string' && !/^-?\d+(\.\d+)?$/.test(value)) {
    if (!/^\d{4}-\d\d-\d\d/.test(value)) return undefined;
    if (!/^.{10}[Tt ]\d/.test(value)) return 'has no time of the day';
    return /([Zz]|[+-]\d\d(:?\d\d)?)$/.test(value.slice(11)) ? undefined : 'names no time zone';
  }
  if (typeof value !== 'number' && typeof value !== 'string') return undefined;
  const number = Math.floor(Number(value));
  return isUnixTime(number, 'unix') || isUnixTime(number, 'unix_ms')
    ? undefined
    : 'is no likely number of seconds or milliseconds since 1970';
}
