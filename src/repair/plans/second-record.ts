import type { Contract } from '../../contracts/contract.ts';
import { type Json, type JsonObject, isObject, sameJson } from '../../model/json.ts';
import type { Plan, Pointer } from '../../model/plan.ts';
import { bind, bindings, pointerOf, segmentsOf, valueAt } from '../../model/pointer.ts';
import { fieldsOf } from '../healers/heuristics/declared.ts';
import { type OwnNames, ownNamesOf, telling } from '../healers/heuristics/containers.ts';
import { foldedName, lettersOf } from '../healers/heuristics/names.ts';
import { pathsOf } from './operation-paths.ts';

/** The field that says of a record something else than the event does, as a pointer; undefined when none does. */
export type SecondRecordCheck = (result: JsonObject) => Pointer | undefined;

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
  return (result) => {
    for (const { from, to, named } of all)
      for (const indexes of bindings(result, from) ?? none) {
        const left = valueAt(result, bind(from, indexes));
        const record = valueAt(result, bind(to, indexes));
        if (!isObject(left) || !isObject(record)) continue;
        for (const key in left) {
          const name = named(key);
          if (name === undefined || !Object.hasOwn(record, name)) continue;
          const pointer = pointerOf([...from, key]);
          if (!kept.has(pointer) && differ(left[key]!, record[name]!)) return pointer;
        }
      }
    return undefined;
  };
}

const none: readonly never[] = [];

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
