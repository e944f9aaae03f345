import type { Contract } from '../../../contracts/contract.ts';
import type { Operation, Plan, Pointer } from '../../../model/plan.ts';
import { segmentsOf } from '../../../model/pointer.ts';
import { areDifferentFields, areDifferentThings } from '../../plans/meaning/known-things.ts';
import { pathsOf } from '../../plans/operation-paths.ts';
import { booleanMap } from '../heuristics/enums.ts';
import { likeness } from '../heuristics/likeness.ts';
import { lettersOf, wordsOf } from '../heuristics/names.ts';

/** A mapping that nothing but the model's word speaks for. */
export interface Unproven {
  /** For a reviewer. */
  risk: string;
  /** The names are of two things that are known to differ: no second word of the model makes up for that. */
  isKnownToDiffer: boolean;
}

/** Smallest evidence of a name that speaks for a mapping. */
const likeEnough = 0.8;

/** `isName`: false for a key that is data, whose words say nothing of what it holds. */
export function unprovenIn(
  { operations }: Plan,
  contract: Contract,
  isName: (path: Pointer) => boolean = () => true,
): Unproven[] {
  return operations.flatMap((operation) => {
    if (operation.op === 'map') return unprovenMap(operation);
    const { reads, writes } = pathsOf(operation);
    const isPart = reads.length > 1 || writes.length > 1;
    return reads.flatMap((from) =>
      writes
        .filter((to) => from !== to && !isNamedLike(from, to, contract, isPart))
        .map((to) => ({
          risk: `nothing in the names says that ${from} is ${to}`,
          isKnownToDiffer: isName(from) && areDifferentFields(from, to, contract.jsonSchema),
        })),
    );
  });
}

function isNamedLike(from: Pointer, to: Pointer, contract: Contract, isPart: boolean): boolean {
  if (likeness(from, to, contract).score >= likeEnough) return true;
  if (!isPart) return false;
  const [source, target] = [from, to].map((path) => wordsOf(segmentsOf(path).at(-1)!));
  return source!.some((word) => target!.includes(word));
}

/** Other spellings of the contract's words, and the usual ones of true and false, speak for themselves. */
function unprovenMap({ path, values }: Extract<Operation, { op: 'map' }>): Unproven[] {
  const isEvident = ([theirs, ours]: [string, unknown]) =>
    lettersOf(theirs) === lettersOf(String(ours)) || booleanMap(theirs)?.[theirs] === ours;
  return Object.entries(values)
    .filter((entry) => !isEvident(entry))
    .slice(0, 10)
    .map(([theirs, ours]) => ({
      risk: `nothing but its word says what becomes ${JSON.stringify(ours)} in ${path}`,
      isKnownToDiffer: typeof ours === 'string' && areDifferentThings(wordsOf(theirs), wordsOf(ours)),
    }));
}
