import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';
import { resumeReplays } from '../../src/dead-letter/replay.ts';
import { createDeadLetters } from '../../src/dead-letter/store.ts';
import { openEngine } from '../../src/engine/open.ts';
import { listPauses } from '../../src/engine/pauses.ts';
import { startPipeline } from '../../src/flow/flow.ts';
import { readProject } from '../../src/flow/project.ts';
import { openRuleStore } from '../../src/repair/rules/store.ts';
import { silent } from '../helpers/healing.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import { idle } from './ground.ts';

const fixtures = new URL('../fixtures/before-0.3/', import.meta.url).pathname;

export interface TakenOver {
  /** By request id: how each event was to end, and how it has ended, in each of its places. */
  wanted: Record<string, string>;
  found: Record<string, string>;
  counts: { loaded: number; repaired: number; duplicate: number };
  pauses: number;
  rules: { wanted: string[]; found: string[] };
}

/** Starts today's pipeline on what the version before has left, as often as asked, until nothing is under way. */
export async function takeOver(
  name: 'duckdb' | 'postgres',
  {
    starts,
    config: settings = {},
    env = {},
  }: { starts: number; config?: object; env?: Record<string, string> },
): Promise<TakenOver> {
  const dir = await temporaryFolder();
  execFileSync('tar', ['-xzf', join(fixtures, `${name}.tar.gz`), '-C', dir]);
  const { ends, rules } = JSON.parse(readFileSync(join(fixtures, `${name}.json`), 'utf8')) as {
    ends: Record<string, string>;
    rules: string[];
  };
  writeFileSync(join(dir, 'sentinel-config.yaml'), JSON.stringify(settings));
  const config = loadConfig({
    cwd: dir,
    env: { SENTINEL_DATA_DIR: join(dir, 'data'), ...env },
  });
  const engine = await openEngine(config, 'main', silent);
  onTestFinished(() => engine.close());
  const letters = createDeadLetters(engine.state);
  const pauses = (await listPauses(engine.state)).length;
  for (let start = 1; ; start++) {
    const pipeline = await startPipeline({
      config,
      engine,
      log: silent,
      consume: true,
      project: await readProject(config, silent),
    });
    onTestFinished(() => pipeline.close().catch(() => undefined));
    await resumeReplays({ engine, letters });
    await idle(engine);
    if (start < starts) {
      await pipeline.close();
      continue;
    }
    const found: Record<string, string> = {};
    for (const id of Object.keys(ends)) {
      const [row, letter] = [await pipeline.find(id), await letters.get(id)];
      found[id] = [...(row ? [row.status] : []), ...(letter ? endOf[letter.status] : [])].join(' and ');
    }
    const counts = await pipeline.counts();
    await pipeline.close();
    const store = await openRuleStore(engine.state, { ttlDays: 1, log: silent });
    const active = (await store.list()).filter(({ status }) => status === 'active');
    await store.close();
    const kept = active.map(({ id }) => id);
    return { wanted: ends, found, counts, pauses, rules: { wanted: rules, found: kept } };
  }
}

const endOf = { open: ['dead_letter'], replaying: ['replaying'], replayed: [], discarded: ['discarded'] };
