import { relative } from 'node:path';
import type { Config } from '../config/load.ts';
import type { ContractRegistry } from '../contracts/registry.ts';
import { builtinSteps } from './builtin.ts';
import { type FlowGraph, type StepOrigin, flowGraph } from './flow-graph.ts';
import { retryOf } from './runner.ts';
import type { StepModule } from './step.ts';

/** The picture of the whole flow: the service's own stages, and the steps. */
export function wholeFlow(
  steps: readonly StepModule[],
  contracts: Pick<ContractRegistry, 'all'>,
  config: Config,
): FlowGraph {
  const own = builtinSteps(
    contracts.all().flatMap((contract) => contract.topic ?? []),
    config.destinations.map(({ name }) => name),
  );
  return flowGraph([...own, ...steps.map((step) => step.config)], originsOf(steps, config));
}

/** Where steps come from, by name, for the picture of the flow. Files are relative to the working folder. */
function originsOf(
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
