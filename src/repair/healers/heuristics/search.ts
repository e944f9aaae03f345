import type { Json } from '../../../model/json.ts';
import type { Failure } from '../../healing/healer.ts';
import type { Operation } from '../../../model/plan.ts';
import { type Candidate, candidatesOf } from './candidates.ts';
import { type DeclaredNames, declaredNames } from './declared.ts';
import { type OwnNames, ownNamesOf } from './containers.ts';
import { isOfAct } from './words.ts';
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
  /** Whether the contract is about something that people do. */
  isOfAct: boolean;
  fitter: Fitter;
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

export function searchFor(failure: Failure, threshold: number): Search {
  const { contract, event } = failure;
  const own = ownNamesOf(contract);
  return {
    failure,
    threshold,
    candidates: candidatesOf(event, contract.jsonSchema, own),
    declared: declaredNames(contract.jsonSchema),
    own,
    isOfAct: isOfAct(own),
    fitter: createFitter(failure),
  };
}

/** Where the value of a candidate is found in other events; nowhere, when it has to be unpacked first. */
export function placed(
  candidate: Candidate,
  path: readonly string[],
): {
  path: readonly string[];
  value: Json;
  from?: string;
  at?: readonly string[];
} {
  const { value, pointer, preparation } = candidate;
  return { path, value, ...(preparation.length === 0 ? { from: pointer, at: candidate.path } : undefined) };
}
