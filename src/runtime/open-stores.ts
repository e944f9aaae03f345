import type { Config } from '../config/load.ts';
import { watchDeadLetters } from '../dead-letter/counts.ts';
import { Jobs } from '../dead-letter/jobs/jobs.ts';
import { createPace, longSlice } from '../dead-letter/jobs/pace.ts';
import { createDeadLetters } from '../dead-letter/store.ts';
import type { Engine } from '../engine/engine.ts';
import { leasesOf } from '../engine/lease.ts';
import { openRuleStore } from '../repair/rules/store.ts';
import { createAudit, endOf } from '../server/audit.ts';
import type { openKeys } from '../sources/keys.ts';
import type { Logger } from '../support/log.ts';
import type { Pipeline } from './pipeline-api.ts';
import type { Resources } from './resources.ts';

/** What the API reads and changes beside the pipeline. */
export async function openStores(
  config: Config,
  {
    engine,
    pipeline,
    keys,
    consume,
    log,
  }: {
    engine: Engine;
    pipeline: Pipeline;
    keys: Awaited<ReturnType<typeof openKeys>>;
    consume: boolean;
    log: Logger;
  },
  resources: Resources,
) {
  const letters = createDeadLetters(engine.state);
  const deadLetters = resources.keep(await watchDeadLetters(engine.state, letters));
  const rules = resources.keep(await openRuleStore(engine.state, { ttlDays: config.state.ruleTtlDays, log }));
  const audit = createAudit(engine.state, { days: config.retention.auditDays });
  const jobs = resources.keep(
    new Jobs({
      engine,
      letters,
      deadLetters,
      pipeline,
      leases: leasesOf(engine),
      // Without a running flow there is nothing to wait for.
      pace: consume ? createPace(engine) : async () => longSlice,
      onEnd: (job) => audit.note(endOf(job)),
      log,
    }),
  );
  return { letters, deadLetters, jobs, rules, keys, audit };
}
