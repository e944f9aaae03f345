import { relative } from 'node:path';
import type { StepOrigin } from './flow-graph.ts';
import { retryOf } from './runner.ts';
import type { StepModule } from './step.ts';

/** Where steps come from, by name, for the picture of the flow. Files are relative to the working folder. */
export function originsOf(
  steps: readonly StepModule[],
  settings: Parameters<typeof retryOf>[1],
): Map<string, StepOrigin> {
  return new Map(
    steps.map((step) => [
      step.config.name,
      {
        file: relative(process.cwd(), step.file),
        retry: { max_attempts: retryOf(step, settings).maxAttempts },
      },
    ]),
  );
}
