import type { DuckDBConnection } from '@duckdb/node-api';
import type { Destination } from '../../destination.ts';
import { backfill } from './backfill.ts';
import { readCounts, readMark } from './bookkeeping.ts';
import { unavailable } from './errors.ts';
import { findEvent } from '../../destination-kit/sql/find-event.ts';
import { findTextsBeside } from '../../destination-kit/sql/find-texts.ts';
import { repairAudit } from '../../destination-kit/sql/repair-audit.ts';
import { findRows, remove } from './erasing.ts';
import { createExport } from './export.ts';
import { knownLetters, letterWriter } from './letter-table.ts';
import { forgetOriginals } from './originals.ts';
import { createQuery } from './query.ts';
import { questionOf } from './question.ts';
import { createSearch } from './search.ts';
import { type DuckDbOptions, Session } from './session.ts';
import { eventTables } from './tables.ts';
import { withdrawByEvent } from './withdraw-event.ts';
import { withdrawByRule, withdrawnAgain } from './withdraw.ts';
import { Writer } from './writer.ts';

/**
 * A DuckDB file as the destination. Only one process at a time can have it open; `query` is how others read it. Rows and
 * bookkeeping (`_sentinel_…` tables) are committed together and are on disk when `settle` resolves. Throws
 * `data_folder_in_use` when the file is open elsewhere.
 */
export async function openDuckDb(options: DuckDbOptions): Promise<Required<Destination>> {
  const session = await Session.open(options);
  const writer = await Writer.open(session).catch(async (error: unknown) => {
    await session.close();
    throw error;
  });
  const question = <T>(doing: string, ask: (connection: DuckDBConnection) => Promise<T>): Promise<T> =>
    session.read(ask).catch((error: unknown) => {
      throw unavailable(doing, error);
    });

  const writeLetters = letterWriter(() => session.rest());

  return {
    prepare: (specs) => writer.prepare(specs),
    prepareRow: (row) => writer.prepareRow(row),
    settle: (settlement) => writer.settle(settlement),
    marked: (queueId) => question('read its mark', (connection) => readMark(connection, queueId)),
    find: (requestId) =>
      question('look for an event', async (connection) =>
        findEvent(questionOf(connection), await eventTables(connection), requestId, 'ORDER BY round DESC'),
      ),
    counts: () => question('read its counters', readCounts),
    repairs: repairAudit((doing, ask) => question(doing, (connection) => ask(questionOf(connection)))),
    withdraw: {
      byRule: (ruleId, page) =>
        writer.exclusively('withdraw rows', (connection) => withdrawByRule(connection, ruleId, page)),
      again: (ruleId, page) =>
        writer.exclusively('read what was withdrawn', (connection) =>
          withdrawnAgain(connection, ruleId, page),
        ),
      byEvent: (events, at) =>
        writer.exclusively('withdraw rows', (connection) =>
          withdrawByEvent(connection, writer.events, events, at),
        ),
    },
    backfill: (request) => writer.exclusively('fill a column', (connection) => backfill(connection, request)),
    originals: {
      forget: (aged) =>
        writer.exclusively('empty old originals', (connection) => forgetOriginals(connection, aged)),
      reclaim: () =>
        writer.exclusively(
          'give space back',
          async (connection) => void (await connection.run('CHECKPOINT')),
        ),
    },
    erasing: {
      tables: () => question('list its tables', eventTables),
      rows: (asked) => question('look for a text', (connection) => findRows(connection, asked)),
      originals: (asked) =>
        question('look for a text', (connection) => findTextsBeside(questionOf(connection), asked)),
      remove: (what) =>
        writer.exclusively('erase events', (connection) => remove(connection, writer.events, what)),
    },
    letterTable: {
      write: (letters, gone) =>
        writer.exclusively('write its table of dead letters', (connection) =>
          writeLetters(connection, letters, gone),
        ),
      known: (page) =>
        question('read its table of dead letters', (connection) => knownLetters(connection, page)),
    },
    search: createSearch(question),
    unreadable: () => Promise.resolve([]),
    query: createQuery(session, options.queryLimits),
    export: createExport(session, options.path),
    ping: async () => session.checkFile(),
    async close() {
      await writer.idle();
      await session.close();
    },
  };
}
