import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import type { StateStore } from '../../src/engine/engine.ts';
import { openEmbeddedEngine } from '../../src/engine/embedded/index.ts';
import { type RuleStore, openRuleStore } from '../../src/repair/rules/store.ts';
import type { Subject } from './corpus/subject.ts';

export interface BenchRules {
  rules: RuleStore;
  state: StateStore;
  close(): Promise<void>;
}

/** The service's own rule store, on its own engine, in a folder that is deleted at the end. */
export async function openBenchRules(subjects: readonly Subject[]): Promise<BenchRules> {
  const dir = await mkdtemp(join(tmpdir(), 'sentinel-drift-'));
  const engine = await openEmbeddedEngine({ dir, writer: 'main' });
  const contracts = new Map(
    subjects.map(({ contract }) => [`${contract.name} ${contract.version}`, contract]),
  );
  const rules = await openRuleStore(engine.state, {
    ttlDays: 7,
    contracts: { get: (name, version) => contracts.get(`${name} ${version}`) },
    log: pino({ level: 'silent' }),
  });
  return {
    rules,
    state: engine.state,
    async close() {
      await rules.close();
      await engine.close();
      await rm(dir, { recursive: true });
    },
  };
}
