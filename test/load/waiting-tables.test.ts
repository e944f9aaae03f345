import { expect, it } from 'vitest';
import { WaitingTables } from '../../src/load/waiting-tables.ts';
import type { Row, Settled, Settlement } from '../../src/load/destination.ts';
import { Refused } from '../../src/load/refused.ts';
import { createLoadStage } from '../../src/load/stage.ts';
import { TableFault } from '../../src/load/table-fault.ts';
import { row } from '../conformance/destination.ts';
import { silent } from '../helpers/healing.ts';

it('a table that takes rows again while a batch is settled leaves each row of the batch its own end', async () => {
  const isOf = (table: string) => (one: Row) => one.table === table;
  let isAtFault = true;
  let meanwhile = async (): Promise<void> => undefined;
  const destination = {
    async settle({ rows }: Settlement): Promise<Settled> {
      if (isAtFault && rows.some(isOf('bad'))) throw new TableFault('bad', 'it was changed');
      if (rows.some(isOf('good'))) await meanwhile();
      return { rows: rows.map(() => ({ status: 'loaded' })), letters: [] };
    },
  };
  const rows = ['bad', 'good'].map((table) => row({ event_id: table }, { table, contract: table }));
  const loading = createLoadStage({ destination: destination as never, log: silent });
  // Its own loader, as the other batch does not wait for this one there.
  const other = createLoadStage({ destination: destination as never, log: silent });
  const waiting = new WaitingTables({
    loading: {
      inTurn: (doing, work) => other.inTurn(doing, work),
      settle: (settlement, waits) =>
        (settlement.rows.some(isOf('good')) ? loading : other).settle(settlement, waits),
    },
    refused: new Refused(),
    log: silent,
  });
  meanwhile = async () => {
    isAtFault = false;
    meanwhile = async () => undefined;
    await waiting.settleWaiting('bad', rows.slice(0, 1));
  };
  expect(await waiting.settle(rows)).toMatchObject([{ status: 'waits' }, { status: 'loaded' }]);
  expect(waiting.list()).toEqual([]);
  expect(await waiting.settle(rows)).toEqual([{ status: 'loaded' }, { status: 'loaded' }]);
});
