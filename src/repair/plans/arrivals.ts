import type { Contract } from '../../contracts/contract.ts';
import type { Json, JsonObject } from '../../model/json.ts';
import type { Operation, Plan, Pointer } from '../../model/plan.ts';
import { bind, bindings, segmentsOf, valueAt } from '../../model/pointer.ts';
import { schemasAt } from './schema-paths.ts';
import { leafOf } from './meaning/words.ts';
import { pathsOf } from './operation-paths.ts';
import { isUnixTime } from '../../model/unix-time.ts';

/** Why what a plan has put somewhere can't be told for sure, naming the path; undefined when it can. */
export type ArrivalCheck = (result: JsonObject) => string | undefined;

/**
 * Some contracts take any text or number for a time, and any text for a name. That is their word on what is sent under the field's own name; of what a
 * plan brings there from elsewhere nobody has said so.
 */
export function compileArrivals({ operations }: Plan, { jsonSchema }: Contract): ArrivalCheck {
  const doubts = new Map<Pointer, (value: Json | undefined) => string | undefined>();
  for (const operation of operations) {
    const { reads, writes } = pathsOf(operation);
    for (const path of writes)
      if ((!reads.includes(path) || isNumberRead(operation)) && isInstant(jsonSchema, segmentsOf(path)))
        doubts.set(path, doubtOfTime);
      else if (reads.some((from) => isLogin(from, path))) doubts.set(path, doubtOfName);
  }
  if (doubts.size === 0) return () => undefined;
  const places = [...doubts].map(([pointer, doubtOf]) => ({
    pointer,
    segments: segmentsOf(pointer),
    doubtOf,
  }));
  return (result) => {
    for (const { pointer, segments, doubtOf } of places)
      for (const indexes of bindings(result, segments) ?? []) {
        const doubt = doubtOf(valueAt(result, bind(segments, indexes)));
        if (doubt !== undefined) return `the value at ${pointer} ${doubt}`;
      }
    return undefined;
  };
}

/** A `user_name` may be what a user signs in by, and may be the name of the user. */
const isLogin = (from: Pointer, to: Pointer): boolean =>
  /^(?:user|member|account)\W*_?name$/i.test(leafOf(from)) && /^name$/i.test(leafOf(to));

const doubtOfName = (value: Json | undefined): string | undefined =>
  typeof value === 'string' && /[\d@_]/.test(value) ? 'may be a login, and no name' : undefined;

/** Digits that become a number where a time may be one: `20260304101500` is none. */
const isNumberRead = (operation: Operation): boolean =>
  operation.op === 'cast' && (operation.to === 'integer' || operation.to === 'number');

function isInstant(jsonSchema: JsonObject, segments: readonly string[]): boolean {
  return schemasAt(jsonSchema, segments).some(
    ({ format, 'x-zone': zone }) => format === 'date-time' && zone === undefined,
  );
}

function doubtOfTime(value: Json | undefined): string | undefined {
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
