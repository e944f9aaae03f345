import { expect, it } from 'vitest';
import { addCandidate, dropCandidates, noCandidates } from '../../src/flow/candidates.ts';
import { row } from '../conformance/destination/support.ts';

it('what is dropped takes its text and its replay with it', () => {
  const candidates = noCandidates();
  const rows = ['a', 'b', 'c', 'd'].map((event_id) => row({ event_id }));
  const replay = (round: number) => ({ round, original: '{}' });
  const replays = [replay(0), undefined, replay(2), replay(3)];
  for (const [at, one] of rows.entries()) addCandidate(candidates, one, `raw ${at}`, replays[at]);
  const before = candidates.rows;
  dropCandidates(candidates, new Set([0, 2]));
  expect(candidates).toEqual({
    rows: [rows[1], rows[3]],
    raws: ['raw 1', 'raw 3'],
    replays: new Map([[1, replay(3)]]),
  });
  // Who holds the list sees it.
  expect(candidates.rows).toBe(before);
});
