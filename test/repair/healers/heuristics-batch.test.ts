import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../src/model/json.ts';
import { heuristicsHealer } from '../../../src/repair/healers/heuristics/index.ts';
import { tryPlan } from '../../../src/repair/plans/trial.ts';
import { failureOf } from '../../helpers/healing.ts';
import { shipment, shipmentWith } from '../support.ts';

const healer = heuristicsHealer();

/** What a field becomes in an event whose batch holds these other values of it; the reason when it is refused. */
async function amongOthers(field: string, value: unknown, others: readonly unknown[]) {
  const peers = [value, ...others].map((one) => shipmentWith({ [field]: one }));
  const failure = { ...failureOf(peers[0]!, shipment), peers };
  const proposal = await healer.propose(failure, new AbortController().signal);
  if (proposal.kind === 'refused') return { refused: proposal.reason };
  const tried = tryPlan(failure, proposal.plan);
  if (!tried.ok) throw new Error(tried.error.reason);
  return { [field]: tried.value.event[field] };
}

describe('a value that can be read in two ways', () => {
  it.each([
    ['a date, beside one that shows the order', 'due', '03/04/2026', ['13/04/2026'], '2026-04-03'],
    ['a date, beside one of the other order', 'due', '03/04/2026', ['04/13/2026'], '2026-03-04'],
  ])('%s', async (_, field, value, others, expected) => {
    expect(await amongOthers(field, value, others)).toEqual({ [field]: expected });
  });

  it('a number that may be grouped is refused, also beside one with both signs', async () => {
    expect(await amongOthers('weight', '1,234', ['1,234.50'])).toHaveProperty('refused');
  });

  it.each([
    ['nothing beside it', '03/04/2026', []],
    ['a year that nobody writes of', '30-01-8102', []],
    ['only others like it', '03/04/2026', ['05/06/2026', '01/02/2026']],
    ['one of each order', '03/04/2026', ['13/04/2026', '04/13/2026']],
  ])('a date with %s is refused', async (_, value, others) => {
    expect(await amongOthers('due', value, others)).toMatchObject({
      refused: expect.stringContaining('/due') as string,
    });
  });
});

describe('a change of form has to suit the whole batch', () => {
  it('a date that is clear by itself, beside one that contradicts it', async () => {
    expect(await amongOthers('due', '23/11/2026', ['11/22/2026'])).toHaveProperty('refused');
    expect(await amongOthers('due', '23/11/2026', ['22/11/2026'])).toEqual({ due: '2026-11-23' });
  });

  it('an array of one, beside an array of two', async () => {
    const one = ['ana@example.com'];
    expect(await amongOthers('email', one, [['bo@example.com']])).toEqual({ email: one[0] });
    expect(await amongOthers('email', one, [['bo@example.com', 'cy@example.com']])).toHaveProperty('refused');
  });

  it('a bit for a boolean, beside a number that is none', async () => {
    expect(await amongOthers('insured', 1, [0, 0])).toEqual({ insured: true });
    expect(await amongOthers('insured', 1, [0, 2])).toHaveProperty('refused');
  });

  it.each([
    ['1,234.56', ['12,50', '1.234,56', '1,234,567'], '1234.56'],
    ['12,50', ['1,234.56', '7.5'], '12.5'],
  ])('%s is read by itself beside amounts that are written in other ways', async (value, others, meant) => {
    expect(await amongOthers('weight', value, others)).toEqual({ weight: meant });
  });

  it('text that nobody can read is no contradiction, unless most of it is such', async () => {
    expect(await amongOthers('due', '23/11/2026', ['22/11/2026', 'soon'])).toEqual({ due: '2026-11-23' });
    expect(await amongOthers('due', '23/11/2026', ['soon', 'later', 'never'])).toHaveProperty('refused');
  });

  it('values of a renamed field are looked at under its new name', async () => {
    const event = (date: string): JsonObject => shipmentWith({ shipped_at: undefined, shippedAt: date });
    const peers = [event('03/04/2026 10:00 UTC'), event('30/04/2026 10:00 UTC')];
    const failure = { ...failureOf(peers[0]!, shipment), peers };
    const proposal = await healer.propose(failure, new AbortController().signal);
    expect(proposal).toMatchObject({
      plan: {
        operations: [
          { op: 'move', from: '/shippedAt', to: '/shipped_at' },
          { op: 'cast', path: '/shipped_at', to: 'datetime', format: 'DD/MM/YYYY HH:mm Z' },
        ],
      },
    });
  });
});
