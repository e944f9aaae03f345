import { resolve } from 'node:path';
import type { Contract } from '../contracts/contract.ts';
import { importModule } from '../support/module-loader.ts';
import { SentinelError } from '../model/errors.ts';
import { loadStep as load } from '../steps/discover.ts';
import type { StepConfig, StepHandler } from '../steps/step.ts';

/** The contract that a file exports, as the service reads it: TypeScript too, in any test runner. Below the working folder. */
export async function loadContract(file: string): Promise<Contract> {
  const { default: contract } = (await importModule(resolve(file))) as { default?: Contract };
  if (contract === undefined || typeof contract.validate !== 'function')
    throw new SentinelError('contract_invalid', `${file} has no contract as its default export`);
  return contract;
}

/** The step that a file exports, likewise; also one in Motia's form. */
export async function loadStep(file: string): Promise<{ config: StepConfig; handler: StepHandler<unknown> }> {
  const { step, problems } = await load(resolve(file));
  if (!step) throw new SentinelError('step_invalid', problems.join('\n'));
  return step;
}
