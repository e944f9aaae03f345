import { useApi } from '../../api/queries.ts';
import type { Rule } from '../../api/types.ts';

const every = 30_000;
/** More rules in doubt at a time are no longer looked at one by one. */
const mostInDoubt = 20;

/** Rules that a person has to decide on. */
export function useRulesForPerson(): { candidates: readonly Rule[]; doubted: readonly Rule[] } {
  const candidates = useApi('GET /api/v1/rules', { query: { status: 'candidate' }, every });
  const doubts = useApi('GET /api/v1/rules', { query: { sort: 'doubts', limit: mostInDoubt }, every });
  return {
    candidates: candidates.data?.items ?? [],
    doubted: doubts.data?.items.filter(({ doubt }) => doubt !== undefined) ?? [],
  };
}
