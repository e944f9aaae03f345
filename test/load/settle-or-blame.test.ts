import { expect, it } from 'vitest';
import type { Row, Settled, Settlement } from '../../src/load/destination.ts';
import { TableFault, settleOrBlame } from '../../src/load/table-fault.ts';
import { SentinelError } from '../../src/model/errors.ts';
import { row } from '../conformance/destination.ts';

const rowOf = (table: string): Row => row({ event_id: table }, { table, contract: table });
const failure = new SentinelError('destination_unavailable', 'error 58030');

/** Fails while `fails` says so of a settlement. */
function destinationThat(fails: (settlement: Settlement, call: number) => boolean) {
  let call = 0;
  return {
    async settle(settlement: Settlement): Promise<Settled> {
      if (fails(settlement, call++)) throw failure;
      return { rows: settlement.rows.map(() => ({ status: 'loaded' })), letters: [] };
    },
  };
}
const batch = { rows: [rowOf('a'), rowOf('b'), rowOf('a')], letters: [] };

it('a table without which the destination works is to blame', async () => {
  const destination = destinationThat(({ rows }) => rows.some(({ table }) => table === 'b'));
  const settling = settleOrBlame(destination, batch);
  await expect(settling).rejects.toBeInstanceOf(TableFault);
  await expect(settling).rejects.toMatchObject({ table: 'b', message: 'error 58030' });
});

it('a destination that takes nothing at all is in trouble itself', async () => {
  await expect(
    settleOrBlame(
      destinationThat(() => true),
      batch,
    ),
  ).rejects.toBe(failure);
});

it('a failure that does not come again is nobody’s', async () => {
  const settled = await settleOrBlame(
    destinationThat((_, call) => call === 0),
    batch,
  );
  expect(settled.rows).toHaveLength(3);
});
