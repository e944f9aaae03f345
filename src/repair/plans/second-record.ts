import type { Contract } from '../../contracts/contract.ts';
import { type Json, type JsonObject, isObject, sameJson } from '../../model/json.ts';
import type { Plan, Pointer } from '../../model/plan.ts';
import { bind, bindings, pointerOf, segmentsOf, valueAt } from '../../model/pointer.ts';
import { fieldsOf } from '../healers/heuristics/declared.ts';
import { type OwnNames, ownNamesOf, telling } from '../healers/heuristics/containers.ts';
import { foldedName, lettersOf } from '../healers/heuristics/names.ts';
import { pathsOf } from './operation-paths.ts';
import { byShape } from './shapes.ts';

/** The field that says of a record something else than the event does, as a pointer; undefined when none does. */
export type SecondRecordCheck = (event: JsonObject, result: JsonObject) => Pointer | undefined;

/**
 * A plan takes fields out of an object that has another one beside them, which the event has under its own name as well, with
 * another value: `amount: 3` beside `data: {id, amount: 5}`. Then that object is about something else, and which of the two the record is
 * nobody can tell. Asked of each event, of what is left where fields were taken from.
 */
export function compileSecondRecord({ operations }: Plan, contract: Contract): SecondRecordCheck {
  const own = ownNamesOf(contract);
  const kept = new Set(operations.flatMap((operation) => (operation.op === 'copy' ? [operation.from] : [])));
  const ways = new Map<string, Way>();
  for (const operation of operations) {
    const { reads, writes } = pathsOf(operation);
    for (const to of writes.filter((path) => !reads.includes(path)))
      for (const from of reads) {
        const way = wayOf(segmentsOf(from).slice(0, -1), segmentsOf(to).slice(0, -1), contract, own);
        if (way !== undefined) ways.set(`${pointerOf(way.from)} ${pointerOf(way.to)}`, way);
      }
  }
  const all = [...ways.values()];
  const named = (result: JsonObject): Namesake[] =>
    all.flatMap((way) => namesakesOf(result, way)).filter(({ pointer }) => !kept.has(pointer));
  // Mostly there is none, which the names alone tell.
  const hasNamed = byShape((_event: JsonObject, result: JsonObject) => named(result).length > 0);
  return (event, result) => {
    if (!hasNamed(event, result)) return undefined;
    return named(result).find(({ left, meant }) => differ(left, meant))?.pointer;
  };
}

/** A field that is left where others were taken from, and the one of the event that has its name. */
interface Namesake {
  pointer: Pointer;
  left: Json;
  meant: Json;
}

function namesakesOf(result: JsonObject, { from, to, named }: Way): Namesake[] {
  return (bindings(result, from) ?? []).flatMap((indexes) => {
    const around = valueAt(result, bind(from, indexes));
    const record = valueAt(result, bind(to, indexes));
    if (!isObject(around) || !isObject(record)) return [];
    return Object.keys(around).flatMap((key): Namesake[] => {
      const name = named(key);
      if (name === undefined || !Object.hasOwn(record, name)) return [];
      return [{ pointer: pointerOf([...from, key]), left: around[key]!, meant: record[name]! }];
    });
  });
}

const differ = (left: Json, meant: Json): boolean =>
  meant !== null && left !== null && !isObject(meant) && !sameJson(left, meant);

/** From where a plan takes values and where it puts them, and which field there another one from there would be. */
interface Way {
  from: readonly string[];
  to: readonly string[];
  named: (key: string) => string | undefined;
}

function wayOf(
  from: readonly string[],
  to: readonly string[],
  { jsonSchema }: Contract,
  own: OwnNames,
): Way | undefined {
  // From one list to another, or to none, the elements tell nothing of each other.
  const stars = (path: readonly string[]) => path.slice(0, path.lastIndexOf('*') + 1).join('/');
  if (stars(from) !== stars(to)) return undefined;
  const read = (path: readonly string[]) => foldedName(telling(path, own).map(lettersOf));
  const isSame = pointerOf(from) === pointerOf(to);
  const fields = new Map(fieldsOf(jsonSchema, to).names.map((name) => [read([...to, name]), name]));
  const known = new Map<string, string | undefined>();
  return {
    from,
    to,
    named: (key) => {
      if (known.has(key)) return known.get(key);
      const name = fields.get(read([...from, key]));
      if (known.size < maxKnown) known.set(key, isSame && name === key ? undefined : name);
      return isSame && name === key ? undefined : name;
    },
  };
}

/** A sender that makes up names could go on for ever. */
const maxKnown = 1000;
