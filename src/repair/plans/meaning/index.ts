import type { Contract } from '../../../contracts/contract.ts';
import type { Operation, Plan, Pointer } from '../../../model/plan.ts';
import { segmentsOf } from '../../../model/pointer.ts';
import { lettersOf } from '../../healers/heuristics/names.ts';
import { saysUtc } from '../../healers/heuristics/zone-beside.ts';
import { pathsOf, zoneOf } from '../operation-paths.ts';
import { changeByMap } from './maps.ts';
import { changeOfMeaning } from './names.ts';
import { leafOf, plainWords } from './words.ts';

/**
 * Why a plan can't mean what it says, by the names in it and whoever proposed it: the first mapping of one thing to
 * another one, such as cents to euros, or a sender to a recipient. Undefined when no name speaks against it, which says
 * nothing for it.
 */
export function changeOfMeaningIn({ operations }: Plan, contract: Contract): string | undefined {
  const own = new Set([contract.name, contract.table].flatMap((name) => plainWords(name)));
  for (const operation of operations) {
    if (operation.op === 'map') {
      const change = changeByMap(operation);
      if (change !== undefined) return change;
      continue;
    }
    const zone = zoneOf(operation);
    const utc =
      zone === undefined
        ? undefined
        : timesOf(operation, operations).find((time) => saysUtc(segmentsOf(time)));
    if (utc !== undefined) return `${utc} is a time in UTC, and not in the zone at ${zone}`;
    const { reads, writes } = pathsOf(operation);
    // A part is called otherwise than the whole: a first name is part of a name.
    const ignored = reads.length > 1 || writes.length > 1 ? new Set([...own, ...parts]) : own;
    for (const from of reads)
      for (const to of writes) {
        if (from === to || isAlias(contract, from, to)) continue;
        const change = changeOfMeaning(from, to, ignored);
        if (change !== undefined) return `${from} is not ${to}: it changes ${change}`;
      }
  }
  return undefined;
}

/** Where the time of a cast is, and where it was before. */
const timesOf = (cast: Operation, operations: readonly Operation[]): Pointer[] => {
  const { reads } = pathsOf(cast);
  const brought = operations.map(pathsOf).filter(({ writes }) => writes.some((path) => reads.includes(path)));
  return [...reads, ...brought.flatMap((paths) => paths.reads)];
};

const parts =
  'first last middle given family lat latitude lon lng longitude date day month year time hour minute'.split(
    ' ',
  );

const isAlias = ({ aliases }: Contract, from: Pointer, to: Pointer): boolean =>
  aliases[to]?.some((alias) => alias === from || lettersOf(alias) === lettersOf(leafOf(from))) === true;
