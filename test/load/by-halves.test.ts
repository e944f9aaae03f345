import { expect, it } from 'vitest';
import { settleByHalves } from 'data-sentinel/destination-kit';
import type { Row, Settled, Settlement } from '../../src/load/destination.ts';
import type { Result } from '../../src/model/result.ts';

/** A store of one column without negative numbers, in which a transaction is void when one of its rows is refused. */
function store() {
  const rows: number[] = [];
  const marks: string[] = [];
  const letters: string[] = [];
  return {
    rows,
    marks,
    letters,
    settleWhole: async (part: Settlement): Promise<Result<Settled>> => {
      const values = part.rows.map(({ values }) => Number(values['n']));
      if (values.some((n) => n < 0)) return { ok: false, error: 'n must not be negative' };
      rows.push(...values);
      letters.push(...part.letters.map(({ requestId }) => requestId));
      if (part.mark !== undefined) marks.push(part.mark.newest);
      return {
        ok: true,
        value: {
          rows: values.map(() => ({ status: 'loaded' })),
          letters: part.letters.map(() => ({ status: 'written' })),
        },
      };
    },
  };
}
const settlement = (...values: number[]): Settlement => ({
  rows: values.map((n) => ({ table: 't', values: { n } }) as unknown as Row),
  letters: [{ requestId: 'letter', round: 0 }],
  mark: { queueId: 'q', newest: 'newest' },
});

it.each([
  [[1, 2, 3], []],
  [[-1], [0]],
  [
    [1, -1, 2, 3, -1],
    [1, 4],
  ],
])(
  'of %j only the rows %j are rejected, and the letters and the mark come once',
  async (values, rejected) => {
    const one = store();
    const { rows, letters } = await settleByHalves(settlement(...values), one.settleWhole);
    const refused = rows.flatMap(({ status }, at) => (status === 'rejected' ? [at] : []));
    expect(refused).toEqual(rejected);
    expect(one.rows).toEqual(values.filter((n) => n >= 0));
    expect([one.letters, one.marks, letters]).toEqual([['letter'], ['newest'], [{ status: 'written' }]]);
  },
);

it('a table that refuses every row alike is to blame: the batch waits', async () => {
  const all = settlement(...Array.from({ length: 150 }, () => -1));
  await expect(settleByHalves(all, store().settleWhole)).rejects.toMatchObject({
    code: 'destination_unavailable',
    message: expect.stringContaining('n must not be negative') as string,
  });
});
