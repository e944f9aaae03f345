import { Cron } from 'croner';
import type { Engine } from '../engine/engine.ts';
import type { Logger } from '../support/log.ts';
import type { ContextFactory } from './context.ts';
import type { StepReports } from './reports.ts';
import type { StepModule } from './step.ts';

/** How long a run's mark is kept: far longer than clocks of several processes can differ. */
const markTtlMs = 3_600_000;

/** Schedules the step's cron triggers. Each run happens once, whatever number of processes schedule it. */
export function startCronTriggers(
  step: StepModule,
  deps: { engine: Engine; log: Logger; context: ContextFactory; activity?: StepReports },
): Cron[] {
  return step.config.triggers.flatMap((trigger) => {
    if (trigger.type !== 'cron') return [];
    const run = async (job: Cron): Promise<void> => {
      try {
        const due = job.previousRuns(1, new Date(Date.now() + 1))[0] ?? new Date();
        const mark = `cron/${step.config.name}/${trigger.expression}/${due.toISOString()}`;
        if (!(await deps.engine.state.putIfAbsent(mark, true, { ttlMs: markTtlMs }))) return;
        await step.handler(undefined, deps.context({ trigger, attempt: 1 }));
        deps.activity?.handled(step.config.name, 1);
      } catch (error) {
        deps.activity?.failed(step.config.name, error);
        deps.log.error({ status: 'failed', step: step.config.name, err: error }, 'scheduled step failed');
      }
    };
    return [new Cron(trigger.expression, { protect: true, timezone: 'UTC' }, run)];
  });
}
