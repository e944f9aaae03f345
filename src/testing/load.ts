import { resolve } from 'node:path';
import type { Contract } from '../contracts/contract.ts';
import { importModule } from '../support/module-loader.ts';
import { SentinelError } from '../model/errors.ts';
import type { StepConfig, StepHandler } from '../steps/step.ts';

/** The contract that a file exports, as the service reads it: TypeScript too, in any test runner. Below the working folder. */
export async function loadContract(file: string): Promise<Contract> {
  const { default: contract } = (await importModule(resolve(file))) as { default?: Contract };
  if (contract === undefined || typeof contract.validate !== 'function')
    throw new SentinelError('contract_invalid', `${file} has no contract as its default export`);
  return contract;
}

/** The step that a file exports, likewise. */
export async function loadStep(file: string): Promise<{ config: StepConfig; handler: StepHandler<unknown> }> {
  const exported = await importModule(resolve(file));
  const step = (exported['default'] ?? exported) as { config?: StepConfig; handler?: StepHandler<unknown> };
  const { config, handler } = step;
  if (config === undefined || handler === undefined)
    throw new SentinelError('step_invalid', `${file} exports no config and handler`);
  return { config, handler };
}
