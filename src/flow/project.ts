import type { Config } from '../config/load.ts';
import { join } from 'node:path';
import { stepMark } from '../config/marks.ts';
import { stepFolders } from '../config/project.ts';
import type { LoadOptions } from '../contracts/discover.ts';
import { isStrict, serviceContracts } from '../contracts/for-service.ts';
import { bookOfSteps, prove } from '../contracts/apart/deaths.ts';
import type { ContractRegistry } from '../contracts/registry.ts';
import { checkDestinations } from '../load/check-destinations.ts';
import { IsolatedStep } from '../steps/apart/isolated-step.ts';
import { contentId } from '../steps/content-id.ts';
import { discoverSteps } from '../steps/discover.ts';
import type { StepModule } from '../steps/step.ts';
import type { Logger } from '../support/log.ts';

/** The user's contracts and steps. */
export interface Project {
  contracts: ContractRegistry;
  /** Files of contracts whose code did not end when they were read, and what is said of each. */
  setAside: ReadonlyMap<string, string>;
  steps: StepModule[];
  /** Steps that can't be used; nobody knows what they read. */
  brokenSteps: string[];
}

/** Reads them before any store is opened: a thread that hangs in their code can be ended then. */
export async function readProject(
  config: Config,
  log: Logger,
  {
    onFile,
    setAside = new Map(),
    apart = [],
    marks,
    ...options
  }: Pick<LoadOptions, 'strict' | 'setAside'> & {
    /** Told of each file of contracts before its code runs, and of undefined when all are read. */
    onFile?: (file: string | undefined) => void;
    /** Files of steps that are to run in processes of their own. */
    apart?: readonly string[];
    /** Folder for the marks that say whose code runs; none by default. */
    marks?: string | undefined;
  } = {},
): Promise<Project> {
  const contracts = await serviceContracts(config, log, { ...options, setAside, ...(onFile && { onFile }) });
  onFile?.(undefined);
  await checkDestinations(config, contracts);
  const brokenSteps: string[] = [];
  const onProblem = (problem: string): void => {
    brokenSteps.push(problem);
    log.error(
      { status: 'failed', code: 'step_invalid' },
      `a step can't be used; the other steps go on, and what it has read before waits for it: ${problem}`,
    );
  };
  const steps = await discoverSteps(stepFolders(config), {
    onProblem: (options.strict ?? isStrict(config)) ? undefined : onProblem,
    isolate: (file) =>
      new IsolatedStep(file, {
        ...config.pipeline,
        isApart: apart.includes(file),
        onDeadly: () => marks !== undefined && void prove(marks, file, bookOfSteps),
        mark: marks === undefined ? undefined : join(marks, `${stepMark}${contentId(file)}`),
      }),
  });
  return { contracts, steps, brokenSteps, setAside };
}
