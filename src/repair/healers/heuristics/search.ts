import type { Contract } from '../../../contracts/contract.ts';
import type { Json } from '../../../model/json.ts';
import type { Failure } from '../../healing/healer.ts';
import type { Operation } from '../../../model/plan.ts';
import { type Candidate, candidatesOf } from './candidates.ts';
import { type DeclaredNames, declaredNames } from './declared.ts';
import type { OwnNames } from './containers.ts';
import { type Conventional, conventionsOf } from './convention.ts';
import { wordsOf } from './names.ts';
import { people } from './words.ts';
import { type Fitter, createFitter } from './values.ts';

/** All that a repair is looked for in. */
export interface Search {
  failure: Failure;
  /** Smallest evidence of a name. */
  threshold: number;
  candidates: readonly Candidate[];
  declared: DeclaredNames;
  /** The contract's own names. */
  own: OwnNames;
  /** Whether the contract is about a person. */
  isOfPerson: boolean;
  fitter: Fitter;
  /** The fields that read as declared ones by the sender's convention. */
  conventional(): ReadonlyMap<Candidate, Conventional>;
}

/** Part of a plan, with the reason to believe it; or why there is none. */
export type Found =
  | {
      ok: true;
      operations: Operation[];
      evidence: string;
      /** The fields that are taken. */
      from: string[];
      /** The fields that are filled or reshaped. */
      to: string[];
    }
  | { ok: false; reason: string };

/** The contract's name and its table's, as words. */
export const ownNamesOf = ({ name, table }: Pick<Contract, 'name' | 'table'>): OwnNames =>
  [...new Set([name, table])].map(wordsOf).filter((words) => words.length > 0);

export function searchFor(failure: Failure, threshold: number): Search {
  const { contract, event } = failure;
  const own = ownNamesOf(contract);
  let conventions: ReadonlyMap<Candidate, Conventional> | undefined;
  const search: Search = {
    failure,
    threshold,
    candidates: candidatesOf(event, contract.jsonSchema, own),
    declared: declaredNames(contract.jsonSchema),
    own,
    isOfPerson: own.flat().some((word) => people.has(word)),
    fitter: createFitter(failure),
    conventional: () => (conventions ??= conventionsOf(search)),
  };
  return search;
}

/** Where the value of a candidate is found in other events; nowhere, when it has to be unpacked first. */
export function placed(
  candidate: Candidate,
  path: readonly string[],
): {
  path: readonly string[];
  value: Json;
  from?: string;
} {
  const { value, pointer, preparation } = candidate;
  return { path, value, ...(preparation.length === 0 ? { from: pointer } : undefined) };
}
