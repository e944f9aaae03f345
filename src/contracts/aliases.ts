import { SentinelError } from '../model/errors.ts';
import type { JsonObject } from '../model/json.ts';
import { pointerOf, segmentsOf } from '../model/pointer.ts';
import { columnAt } from './columns.ts';

type Aliases = Readonly<Record<string, readonly string[]>>;

/**
 * Checks that each alias leads to one declared field: JSON Pointer → other names of the field, within the same object. Throws
 * `contract_invalid`, naming the alias and the remedy.
 */
export function checkedAliases(aliases: Aliases, schema: JsonObject, contract: string): Aliases {
  const taken = new Map<string, string>();
  for (const [pointer, names] of Object.entries(aliases)) {
    const path = segmentsOf(pointer);
    // An element of a list is declared by the list.
    const isDeclared = (at: readonly string[]): boolean => columnAt(schema, at) !== undefined;
    if (!path.includes('*') && !isDeclared(path))
      throw invalid(
        contract,
        `names ${pointer}, which the schema does not declare: correct it, or declare it`,
      );
    for (const name of names) {
      const place = [...path.slice(0, -1), name];
      const other = taken.get(pointerOf(place));
      if (other !== undefined && other !== pointer)
        throw invalid(
          contract,
          `gives the name ${name} to ${other} and to ${pointer}: one of them only can be meant`,
        );
      taken.set(pointerOf(place), pointer);
      if (!path.includes('*') && isDeclared(place))
        throw invalid(
          contract,
          `gives ${pointer} the name ${name}, which is a field of its own: remove the alias`,
        );
    }
  }
  return aliases;
}

const invalid = (contract: string, problem: string): SentinelError =>
  new SentinelError('contract_invalid', `contract ${contract}: \`aliases\` ${problem}`);
