import type { Failure } from '../../healer.ts';
import type { Operation } from '../../plan.ts';
import type { Candidate } from './candidates.ts';

/** All that a repair is looked for in. */
export interface Search {
  failure: Failure;
  /** Smallest evidence of a name. */
  threshold: number;
  candidates: readonly Candidate[];
  /** The paths of the contract, with `*` for the elements of arrays. */
  declared: readonly string[][];
  /** Words that add no meaning in this event. */
  entity: ReadonlySet<string>;
}

/** Part of a plan, with the reason to believe it; or why there is none. */
export type Found =
  | {
      ok: true;
      operations: Operation[];
      evidence: string;
      /** The field that is taken, if one is. */
      from?: string;
      to: string;
    }
  | { ok: false; reason: string };
