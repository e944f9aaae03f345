import { randomInt } from 'node:crypto';
import type { PoolClient } from 'pg';
import { SentinelError } from '../../../model/errors.ts';
import type { Destination, Table } from '../../destination.ts';
import { mergeTables } from '../../destination-kit/merge-tables.ts';
import { backfill } from './backfill.ts';
import { counterSlots, readCounts } from './bookkeeping.ts';
import { createExport } from './export.ts';
import { findEvent } from './find.ts';
import { type KnownTable, knowTable } from './known-table.ts';
import { type Warehouse, makeReady, settleBatch } from './loader.ts';
import { knownLetters, writeLetterRows } from './letter-table.ts';
import { readMark } from './outcomes.ts';
import { createQuery } from './query.ts';
import { repairAudit } from './repair-audit.ts';
import { createSearch } from './search.ts';
import { type Limits, type PostgresOptions, openSession, patient } from './session.ts';
import { ShapeChanged, readShapes } from './shape.ts';
import { typeName } from './sql.ts';
import { ensureTables, eventTables } from './tables.ts';
import { withdrawByEvent, withdrawByRule, withdrawnAgain } from './withdraw.ts';

export type { PostgresOptions };

/**
 * A schema of a PostgreSQL database (12 or newer) as the destination. Any number of processes can load into it at once:
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
    writers: new Set(),
    slot: randomInt(counterSlots),
    answerMs: session.answerMs,
  };
  /** After a failure the next load makes sure of its tables first: one may have been dropped. */
  let unsure = false;

  async function prepare(specs: readonly Table[]): Promise<void> {
    // At the start, or when a contract is new: a right that is missing is nothing to wait for.
    await ensure(mergeTables(specs, typeName), { ...patient, opening: true });
  }

  async function ensure(specs: readonly Table[], limits: Limits): Promise<void> {
    const names = specs.map(({ name }) => name);
    const shapes = await session.transaction(
      'prepare its tables',
      async (client) => {
        await ensureTables(client, schema, specs);
        warehouse.eventTables = await eventTables(client, schema);
        return readShapes(client, schema, names);
      },
      limits,
    );
    for (const [at, spec] of specs.entries()) tables.set(spec.name, knowTable(schema, spec, shapes[at]!));
  }

  /** What was fine at the start and is not any more is for a person to mend; until then rows wait. */
  async function makeSure(): Promise<void> {
    try {
      await ensure(
        Array.from(tables.values(), ({ spec }) => spec),
        patient,
      );
    } catch (error) {
      if (!(error instanceof SentinelError) || error.retryable) throw error;
      throw new SentinelError(error.code, error.message, { cause: error, retryable: true });
    }
    warehouse.writers.clear();
    unsure = false;
  }

  /** A table that somebody has changed is looked at again at once; then the batch is tried once more. */
  async function write<T>(doing: string, work: (client: PoolClient) => Promise<T>): Promise<T> {
    const once = () =>
      session.exclusively(doing, work, async () => {
        if (unsure) await makeSure();
      });
    try {
      return await once().catch((error: unknown) => {
        unsure = true;
        if (!(error instanceof ShapeChanged)) throw error;
        return once();
      });
    } catch (error) {
      unsure = true;
      throw error;
    }
  }

  try {
    await session.transaction('prepare its bookkeeping', (client) => ensureTables(client, schema, []), {
      ...patient,
      opening: true,
    });
  } catch (error) {
    await session.close();
    throw error;
  }
  return {
    prepare,
    makeReady: (row) => makeReady(warehouse, row),
    async settle(settlement) {
      const { settled, committed } = await write('settle a batch', (client) =>
        settleBatch(client, warehouse, settlement),
      );
      committed();
      return settled;
    },
    marked: (queue) => session.question('read its mark', (client) => readMark(client, schema, queue)),
    withdraw: {
      byRule: (ruleId, page) =>
        session.transaction('take rows out', (client) => withdrawByRule(client, warehouse, ruleId, page)),
      again: (ruleId, page) =>
        session.question('read what was withdrawn', (client) =>
          withdrawnAgain(client, warehouse, ruleId, page),
        ),
      byEvent: (events, at) =>
        session.transaction('take rows out', (client) => withdrawByEvent(client, warehouse, events, at)),
    },
    find: (requestId) =>
      session.question('look for an event', (client) => findEvent(client, schema, requestId)),
    counts: () => session.question('read its counters', (client) => readCounts(client, schema)),
    repairs: repairAudit(session),
    backfill: (request) =>
      session.transaction('fill a column', (client) => backfill(client, schema, request)),
    letterTable: {
      write: (letters, gone) =>
        session.transaction('write its table of dead letters', (client) =>
          writeLetterRows(client, schema, letters, gone),
        ),
      known: (page) =>
        session.question('read its table of dead letters', (client) => knownLetters(client, schema, page)),
    },
    search: createSearch(session),
    query: createQuery(options),
    export: createExport(options),
    close: () => session.close(),
  };
}
