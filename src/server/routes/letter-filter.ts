import type { JobFilter } from '../../model/job.ts';
import { unprocessable } from '../replies.ts';

/** The filter without what is empty; undefined when nothing is left of it, which would mean every letter there is. */
export function whatItNames(filter: JobFilter): JobFilter | undefined {
  const named = Object.entries(filter).filter(([, value]) => value !== undefined && value.trim() !== '');
  return named.length === 0 ? undefined : Object.fromEntries(named);
}

export const namesNothing = unprocessable(
  'filter: name what is meant by contract, source, signature, code, since, until or q; for all letters there are, give a time in until',
  'filter_needed',
);
