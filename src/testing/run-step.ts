import type { Contract } from '../contracts/contract.ts';
import { ContractRegistry } from '../contracts/registry.ts';
import type { Json } from '../model/json.ts';
import { contextFactory } from '../steps/context.ts';
import { contractsForSteps } from '../steps/contracts.ts';
import type { HttpReply, StepConfig, StepHandler, Trigger } from '../steps/step.ts';
import { createLogger, type Logger } from '../support/log.ts';
import type { StateStore } from '../engine/engine.ts';
import { memoryState } from './memory-state.ts';

export interface StepRun {
  /** What it enqueued, in order, as JSON. */
  enqueued: { topic: string; data: Json; source?: string }[];
  /** Of a step that an HTTP request started. */
  reply: HttpReply | undefined;
  /** What the step keeps; hand it to the next run to let it find what this one left. */
  state: StateStore;
}

export interface StepRunOptions {
  /** The state that the run begins with; empty by default. */
  state?: StateStore;
  /** What started it; the step's first trigger by default. */
  trigger?: Trigger;
  /** 1 by default: the first delivery of the message. */
  attempt?: number;
  requestId?: string;
  /** What `context.contracts` knows. */
  contracts?: readonly Contract[];
  /** By default nothing is logged. */
  logger?: Logger;
}

/**
 * Runs the handler of a step once, with the context that the service gives it: a topic that the step does not declare is
 * refused, and what it enqueues must be JSON. Rejects with what the handler throws.
 */
export async function runStep<Input>(
  step: { config: StepConfig; handler: StepHandler<Input> },
  input: Input,
  options: StepRunOptions = {},
): Promise<StepRun> {
  const { state = memoryState(), trigger = step.config.triggers[0]!, attempt = 1, requestId } = options;
  const enqueued: StepRun['enqueued'] = [];
  const registry = new ContractRegistry();
  for (const contract of options.contracts ?? []) registry.register(contract);
  const contextOf = contextFactory(step.config, {
    engine: { state },
    outlet: async (topic, text, source) => {
      enqueued.push({ topic, data: JSON.parse(text) as Json, source });
    },
    log: options.logger ?? createLogger({ level: 'silent', format: 'json' }),
    contracts: contractsForSteps(registry),
    signal: new AbortController().signal,
  });
  const reply = await step.handler(input, contextOf({ trigger, attempt, requestId }));
  return { enqueued, reply: reply ?? undefined, state };
}
