import { SentinelError } from '../../model/errors.ts';
import { describeError } from '../../support/log.ts';
import type { StepReports } from '../../steps/reports.ts';
import { StepFailure } from '../../steps/step.ts';

/** What the steps of the flow have done since the process started. */
export interface Activity extends StepReports {
  steps(): StepActivity[];
}

export interface StepActivity {
  name: string;
  /** Events, or calls. */
  handled: number;
  /** Failed tries. */
  errors: number;
  /** Newest first, at most ten; without values of events. */
  last_errors: { at: string; code: string | null; message: string }[];
}

const keptErrors = 10;
const maxMessage = 500;

export function createActivity(now: () => Date = () => new Date()): Activity {
  const steps = new Map<string, StepActivity>();

  function of(name: string): StepActivity {
    let step = steps.get(name);
    if (step === undefined) steps.set(name, (step = { name, handled: 0, errors: 0, last_errors: [] }));
    return step;
  }

  return {
    handled(name, events) {
      of(name).handled += events;
    },
    failed(name, error) {
      const step = of(name);
      step.errors++;
      const { message, code } = describeError(error);
      const tag =
        error instanceof StepFailure ? error.tag : error instanceof SentinelError ? error.code : code;
      step.last_errors.unshift({
        at: now().toISOString(),
        code: tag ?? null,
        message: message.slice(0, maxMessage),
      });
      step.last_errors.length = Math.min(step.last_errors.length, keptErrors);
    },
    steps: () => [...steps.values()].map((step) => ({ ...step, last_errors: [...step.last_errors] })),
  };
}
