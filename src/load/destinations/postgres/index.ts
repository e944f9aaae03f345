import { randomInt } from 'node:crypto';
import { fail, ok } from '../../../model/result.ts';
import { settleByHalves } from '../../destination-kit/by-halves.ts';
import { repairAudit } from '../../destination-kit/sql/repair-audit.ts';
import { LineStore } from '../../destination-kit/line-store.ts';
import type { Destination, Settled, Settlement } from '../../destination.ts';
import { backfill } from './backfill.ts';
import { counterSlots, readCounts } from './bookkeeping.ts';
import { findOriginals, findRows, remove } from './erasing.ts';
import { RowsRefused } from './errors.ts';
import { createExport } from './export.ts';
import { createLetterTable } from './letter-table.ts';
import type { KnownTable } from './known-table.ts';
import { prepareRow, releaseLines, settleBatch } from './loader.ts';
import { PreparedTables } from './prepared-tables.ts';
import type { Warehouse } from './warehouse.ts';
import { readMark } from './outcomes.ts';
import { forgetOriginals } from './originals.ts';
import { createQuery } from './query.ts';
import { questionOf } from './question.ts';
import { findEvent, tablesByAccess } from './readable.ts';
import { createSearch } from './search.ts';
import { type PostgresOptions, openSession, patient } from './session.ts';
import { ensureTables, eventTables } from './tables.ts';
import { withdrawByEvent, withdrawByRule, withdrawnAgain } from './withdraw.ts';

export type { PostgresOptions };

/**
 * A schema of a PostgreSQL database (13 or newer) as the destination. Any number of processes can load into it at once:
 * unique indexes on the request id and on the contract's key are what makes loading exactly once. Rows, bookkeeping
 * (`_sentinel_…` tables) are committed together. Throws `destination_unavailable`, not retryable
 * when the login, the database or a right is missing.
 */
export async function openPostgres(options: PostgresOptions): Promise<Required<Destination>> {
  const { schema } = options;
  const session = openSession(options);
  const tables = new Map<string, KnownTable>();
  const warehouse: Warehouse = {
    schema,
    tables,
    eventTables: [],
    unreadable: new Map(),
    writers: new Set(),
    slot: randomInt(counterSlots),
    answerMs: session.answerMs,
    lines: new LineStore(),
  };
  const prepared = new PreparedTables(session, warehouse, tables);

  try {
    await session.transaction('prepare its bookkeeping', (client) => ensureTables(client, schema, []), {
      ...patient,
      opening: true,
    });
  } catch (error) {
    await session.close();
    throw error;
  }
  const { question } = prepared;
  return {
    prepare: (specs) => prepared.prepare(specs),
    prepareRow: (row) => prepareRow(warehouse, row),
    settle: (settlement) => settle(prepared, warehouse, settlement),
    marked: (queue) => question('read its mark', (client) => readMark(client, schema, queue)),
    withdraw: {
      byRule: (ruleId, page) =>
        session.transaction('take rows out', (client) => withdrawByRule(client, warehouse, ruleId, page)),
      again: (ruleId, page) =>
        question('read what was withdrawn', (client) => withdrawnAgain(client, warehouse, ruleId, page)),
      byEvent: (events, at) =>
        session.transaction('take rows out', (client) => withdrawByEvent(client, warehouse, events, at)),
    },
    find: (requestId) => question('look for an event', (client) => findEvent(client, schema, requestId)),
    counts: () => question('read its counters', (client) => readCounts(client, schema)),
    repairs: repairAudit((doing, ask) => question(doing, (client) => ask(questionOf(client, schema)))),
    backfill: (request) =>
      session.transaction('fill a column', (client) =>
        backfill(client, { schema, known: tables.get(request.table) }, request),
      ),
    originals: {
      forget: (aged) =>
        session.transaction('empty old originals', (client) => forgetOriginals(client, schema, aged)),
    },
    erasing: {
      tables: () => question('list its tables', (client) => eventTables(client, schema)),
      rows: (asked) => question('look for a text', (client) => findRows(client, schema, asked), patient),
      originals: (asked) =>
        question('look for a text', (client) => findOriginals(client, schema, asked), patient),
      remove: (what) =>
        session.transaction('erase events', (client) => remove(client, schema, what), patient),
    },
    letterTable: createLetterTable({ ...session, question }),
    search: createSearch({ ...session, question }),
    unreadable: () =>
      question('list its tables', async (client) => (await tablesByAccess(client, schema)).unreadable),
    query: createQuery(options),
    export: createExport(options),
    ping: () => session.ping(),
    close: () => session.close(),
  };
}

async function settle(
  prepared: PreparedTables,
  warehouse: Warehouse,
  settlement: Settlement,
): Promise<Settled> {
  // What a constraint refuses only at the end of the transaction is found by halves.
  const all = await settleByHalves(settlement, async (part) => {
    const names = new Set(part.rows.map(({ table }) => table).filter((name) => warehouse.tables.has(name)));
    try {
      const { settled, committed } = await prepared.write('settle a batch', names, (client) =>
        settleBatch(client, warehouse, part),
      );
      committed();
      return ok(settled);
    } catch (error) {
      if (error instanceof RowsRefused && part.rows.length > 0) return fail(error.reason);
      throw error;
    }
  });
  releaseLines(warehouse, settlement.rows);
  return all;
}
