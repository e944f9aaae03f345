import { WaitingTables } from '../../src/load/waiting-tables.ts';
import { Refused } from '../../src/load/refused.ts';
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, statfs, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadContracts } from '../../src/contracts/discover.ts';
import { createDeadLetters } from '../../src/dead-letter/store.ts';
import { openEmbeddedEngine } from '../../src/engine/embedded/index.ts';
import { SentinelError } from '../../src/model/errors.ts';
import { topics } from '../../src/model/event.ts';
import { encodeRecord } from '../../src/ingest/record.ts';
import { createRequestIds, requestIdsFrom } from '../../src/ingest/request-id.ts';
import type { Destination } from '../../src/load/destination.ts';
import { openDuckDb } from '../../src/load/destinations/duckdb/index.ts';
import { createLoadStage } from '../../src/load/stage.ts';
import { createLogger } from '../../src/support/log.ts';
import { packageFolder } from '../../src/support/package-folder.ts';
import { createJudge } from '../../src/flow/judge.ts';
import { Outbox } from '../../src/flow/outbox.ts';
import { Route } from '../../src/flow/route.ts';
import { createPipelineMetrics } from '../../src/observe/metrics.ts';
import { openRuleStore } from '../../src/repair/rules/store.ts';
import { createValidate } from '../../src/validate/stage.ts';
import { get, ingest, post, query, settled, startProcess, transaction } from '../helpers/sentinel.ts';
import { until } from '../helpers/until.ts';

/** While the destination is down, accepted events wait in the queue, and then land: each once, in order. */
const log = createLogger({ level: 'silent', format: 'json' });

describe('a destination that refuses loads for a while', () => {
  let dir: string;
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'sentinel-outage-'));
  });
  afterEach(() => rm(dir, { recursive: true }));

  /**
   * The real hot path on the real queue and DuckDB. `down()` says whether the next load finds the destination out of
   * reach: before its transaction, or (`after`) when it has committed and the answer is lost.
   */
  async function openPipeline(down: () => false | 'before' | 'after') {
    const engine = await openEmbeddedEngine({ dir: join(dir, 'queue'), writer: 'main' });
    const duckdb = await openDuckDb({ path: join(dir, 'warehouse.duckdb') });
    const unreachable = () => new SentinelError('destination_unavailable', 'no route to the warehouse');
    let refused = 0;
    const destination: Destination = {
      ...duckdb,
      async settle(settlement) {
        const when = down();
        if (when !== false) refused++;
        if (when === 'before') throw unreachable();
        const outcomes = await duckdb.settle(settlement);
        if (when === 'after') throw unreachable();
        return outcomes;
      },
    };
    const contracts = await loadContracts([packageFolder('contracts')]);
    await destination.prepare(contracts.tables());
    const rules = await openRuleStore(engine.state, { ttlDays: 7, contracts, log });
    const loading = createLoadStage({ destination, log });
    const choice = { sources: {}, defaultContract: 'transaction', unknownVersion: 'dead_letter' } as const;
    const metrics = createPipelineMetrics();
    const route = new Route({
      judge: createJudge({ contracts, validate: createValidate({ contracts, rules, choice }), metrics, log }),
      outbox: () => new Outbox(engine, new Set()),
      loading,
      waiting: new WaitingTables({ loading, refused: new Refused(), log }),
      letters: createDeadLetters(engine.state),
      feed: undefined,
      metrics,
      onSettled: () => undefined,
      log,
    });
    const nextId = createRequestIds();
    const consumer = await engine.consume(
      topics.raw,
      'pipeline',
      { maxEvents: 10, inFlight: 2, retry: 'hold' },
      (batch) => route.fromQueue(batch),
    );

    return {
      loading,
      refused: () => refused,
      /** One request with so many events, numbered on; resolves when it is durable. */
      async accept(count: number, from: number): Promise<string[]> {
        const id = nextId(count);
        const lines = Array.from({ length: count }, (_, index) =>
          JSON.stringify(transaction({ description: String(from + index) })),
        );
        await engine.publish(topics.raw, [
          { body: encodeRecord({ id, at: Date.now(), n: count }, lines.join('\n')), events: count },
        ]);
        return lines.map((_, index) => requestIdsFrom(id)(index));
      },
      rows: async () =>
        (
          await duckdb.query(
            'select cast(_request_id as varchar), description from transaction order by rowid',
            { maxRows: 10_000 },
          )
        ).rows,
      async close() {
        loading.stop();
        await consumer.stop();
        await rules.close();
        await duckdb.close();
        await engine.close();
      },
    };
  }

  it.each(['before', 'after'] as const)(
    'events wait and then land, each once, in order (it fails %s the commit)',
    async (when) => {
      let reachable = false;
      const pipeline = await openPipeline(() => (reachable ? false : when));
      const ids: string[] = [];
      for (let from = 0; from < 200; from += 5) ids.push(...(await pipeline.accept(5, from)));
      await until(() => pipeline.refused() >= 3);
      expect(pipeline.loading.trouble()).toMatchObject({ error: 'no route to the warehouse' });

      reachable = true;
      await until(async () => (await pipeline.rows()).length === 200);
      await until(() => pipeline.loading.trouble() === undefined);
      const rows = await pipeline.rows();
      expect(rows).toEqual(ids.map((id, index) => [id, String(index)]));
      await pipeline.close();
    },
  );

  it('a stop in the midst of it is quick, and the next start loads what waited', async () => {
    let reachable = true;
    const first = await openPipeline(() => (reachable ? false : 'before'));
    const ids = await first.accept(10, 0);
    await until(async () => (await first.rows()).length === 10);
    reachable = false;
    for (let from = 10; from < 100; from += 10) ids.push(...(await first.accept(10, from)));
    await until(() => first.loading.trouble() !== undefined);
    // Would not end, if it waited for the destination.
    await first.close();

    const second = await openPipeline(() => false);
    await until(async () => (await second.rows()).length === 100);
    expect(await second.rows()).toEqual(ids.map((id, index) => [id, String(index)]));
    await second.close();
  });
});

const run = promisify(execFile);

/** A file system so small that it can be filled; undefined where this process may not mount one. */
async function smallDisk(dir: string): Promise<{ release(): Promise<void> } | undefined> {
  try {
    await run('mount', ['-t', 'tmpfs', '-o', 'size=24m', 'tmpfs', dir]);
  } catch {
    return undefined; // not root, or a container that may not mount: the test says that it was skipped
  }
  return {
    async release() {
      await run('umount', ['-l', dir]);
    },
  };
}

describe('the real service on a disk that is full', () => {
  it('takes events, says that it is not ready, and loads them when there is room again', async (context) => {
    const dir = await mkdtemp(join(tmpdir(), 'sentinel-disk-'));
    const mountPoint = join(dir, 'disk');
    await mkdir(mountPoint);
    const disk = await smallDisk(mountPoint);
    if (disk === undefined) {
      context.skip('a file system can be mounted by root only');
      return;
    }

    const sentinel = await startProcess({
      config: { destination: { path: join(mountPoint, 'warehouse.duckdb') } },
    });
    try {
      expect((await settled(sentinel.url, await ingest(sentinel.url, transaction()))).status).toBe('loaded');
      const filler = join(mountPoint, 'filler');
      const { bavail, bsize } = await statfs(mountPoint);
      await writeFile(filler, Buffer.alloc(bavail * bsize));

      const ids: string[] = [];
      const large = 'x'.repeat(5000);
      const sendMany = async () => {
        const events = Array.from({ length: 100 }, (_, index) =>
          transaction({ description: `${index} ${large}` }),
        );
        const response = await post(`${sentinel.url}/ingest`, events);
        expect(response.status).toBe(202);
        ids.push(...((await response.json()) as { request_ids: string[] }).request_ids);
      };
      await sendMany();
      await until(async () => (await fetch(`${sentinel.url}/ready`)).status === 503);
      await sendMany();
      expect((await fetch(`${sentinel.url}/health`)).status).toBe(200);
      const failures = () => sentinel.log().filter(({ code }) => code === 'destination_unavailable');
      await until(() => failures().length > 0);
      expect(JSON.stringify(failures())).not.toContain(large);
      expect(await (await fetch(`${sentinel.url}/ready`)).json()).toMatchObject({
        status: 'not_ready',
        code: 'destination_unavailable',
        since: expect.stringMatching(/Z$/) as string,
      });

      await rm(filler);
      await until(async () => (await fetch(`${sentinel.url}/ready`)).status === 200);
      await until(async () => {
        const { pending } = await get<{ pending: number }>(`${sentinel.url}/api/v1/stats`);
        return pending === 0;
      });
      const rows = await query(sentinel.url, 'select cast(_request_id as varchar) as id from transaction');
      const loaded = new Set(rows.map(({ id }) => id));
      expect(ids.filter((id) => !loaded.has(id))).toEqual([]);
      expect(rows).toHaveLength(ids.length + 1);
    } finally {
      await sentinel.stop();
      await disk.release();
      await rm(dir, { recursive: true });
    }
  });
});
