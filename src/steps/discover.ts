import { readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { importModule } from '../contracts/module-loader.ts';
import { SentinelError, messageOf } from '../model/errors.ts';
import { stepConfigSchema } from './step-schema.ts';
import type { StepHandler, StepModule } from './step.ts';

const stepFile = /\.step\.(?:ts|mts|js|mjs)$/;

/**
 * Finds and loads the steps below the folders: files named `*.step.ts`, `.mts`, `.js` or `.mjs` that export
 * `config` and `handler`, or both as their default. With `fresh`, changed files are read again. Throws one
 * `step_invalid` that lists every problem with its file and field.
 */
export async function discoverSteps(
  folders: readonly string[],
  options: { fresh?: boolean } = {},
): Promise<StepModule[]> {
  const problems: string[] = [];
  const steps: StepModule[] = [];
  let fresh = options.fresh === true;
  for (const folder of folders) {
    for (const file of await findStepFiles(resolve(folder))) {
      const step = await loadStep(file, fresh, problems);
      // The first fresh import forgets all modules; forgetting again would load shared ones several times.
      fresh = false;
      if (step) steps.push(step);
    }
  }
  problems.push(...duplicateNames(steps));
  if (problems.length > 0) {
    const list = problems.map((problem) => `  - ${problem}`).join('\n');
    throw new SentinelError('step_invalid', `The steps can't be used:\n${list}`);
  }
  return steps;
}

async function findStepFiles(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const found: string[] = [];
  // In the order of names, so that two starts see the same.
  for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      if (entry.name !== 'node_modules' && !entry.name.startsWith('.'))
        found.push(...(await findStepFiles(path)));
    } else if (stepFile.test(entry.name)) {
      found.push(path);
    }
  }
  return found;
}

async function loadStep(file: string, fresh: boolean, problems: string[]): Promise<StepModule | undefined> {
  let exported: Record<string, unknown>;
  try {
    exported = await importModule(file, { fresh });
  } catch (error) {
    problems.push(`${file}: can't be loaded: ${messageOf(error)}`);
    return undefined;
  }
  const whole = asRecord(exported['default']);
  const { config = whole['config'], handler = whole['handler'] } = exported;
  if (typeof handler !== 'function') problems.push(`${file}: handler: must be exported, and be a function`);
  if (config === undefined) {
    problems.push(`${file}: config: must be exported`);
    return undefined;
  }
  const checked = stepConfigSchema.safeParse(config);
  if (!checked.success) {
    for (const issue of checked.error.issues) {
      problems.push(`${file}: config${field(issue.path)}: ${issue.message}`);
    }
    return undefined;
  }
  if (typeof handler !== 'function') return undefined;
  return { config: checked.data, handler: handler as StepHandler<unknown>, file };
}

function asRecord(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

const field = (path: readonly PropertyKey[]): string =>
  path.map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`)).join('');

function duplicateNames(steps: readonly StepModule[]): string[] {
  const files = new Map<string, string>();
  const problems: string[] = [];
  for (const { config, file } of steps) {
    const first = files.get(config.name);
    if (first === undefined) files.set(config.name, file);
    else problems.push(`${file}: config.name: ${config.name} is taken by ${first}`);
  }
  return problems;
}
