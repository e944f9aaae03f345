import { readFile, readdir } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import { importModule } from '../support/module-loader.ts';
import { packageFolder } from '../support/package-folder.ts';
import { SentinelError, messageOf } from '../model/errors.ts';
import type { IsolatedStep } from './apart/isolated-step.ts';
import { fromMotia } from './motia/config.ts';
import { withMotiaForms } from './motia/handler.ts';
import { stepConfigSchema } from './step-schema.ts';
import type { StepHandler, StepModule } from './step.ts';

const stepFile = /\.step\.(?:ts|mts|js|mjs)$|_step\.py$/;

/**
 * Finds and loads the steps below the folders: files named `*.step.ts`, `.mts`, `.js` or `.mjs` that export
 * `config` and `handler`, or both as their default, in our form or in Motia's. With `fresh`, changed files are read again; with `isolate`, those that are
 * not shipped run in threads of their own. Throws one `step_invalid` that lists every problem with its file and field;
 * with `onProblem`, which is told each, the other steps are returned.
 */
export async function discoverSteps(
  folders: readonly string[],
  options: {
    fresh?: boolean;
    isolate?: Isolate | undefined;
    onProblem?: ((problem: string) => void) | undefined;
  } = {},
): Promise<StepModule[]> {
  const problems: string[] = [];
  const steps: StepModule[] = [];
  let fresh = options.fresh === true;
  const { isolate, onProblem } = options;
  for (const folder of folders) {
    const files = await findStepFiles(resolve(folder));
    const own = files.filter((file) => !file.startsWith(packageFolder('dist')));
    const isolated = isolate === undefined ? undefined : await loadApart(own, isolate);
    for (const file of files) {
      const loaded = isolated?.get(file) ?? (await loadStep(file, fresh));
      problems.push(...loaded.problems);
      // The first fresh import forgets all modules; forgetting again would load shared ones several times.
      fresh = false;
      if (loaded.step) steps.push(loaded.step);
    }
  }
  const { sound, twice } = uniqueNames(steps);
  problems.push(...twice);
  if (problems.length > 0 && onProblem === undefined) {
    const list = problems.map((problem) => `  - ${problem}`).join('\n');
    throw new SentinelError('step_invalid', `The steps can't be used:\n${list}`);
  }
  problems.forEach((problem) => onProblem?.(problem));
  await Promise.all(steps.filter((step) => !sound.includes(step)).map(async (step) => step.close?.()));
  return sound;
}

type Isolate = (file: string) => Pick<IsolatedStep, 'load'>;
type Loaded = Awaited<ReturnType<typeof loadStep>>;

/** As many at a time as there are processors: each has a time limit. */
async function loadApart(files: readonly string[], isolate: Isolate): Promise<Map<string, Loaded>> {
  const loaded = new Map<string, Loaded>();
  const left = files.values();
  const load = async (): Promise<void> => {
    for (const file of left) loaded.set(file, await isolate(file).load());
  };
  await Promise.all(Array.from({ length: availableParallelism() }, load));
  return loaded;
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

/** One file. Several problems may be found in it; without any there is a step. */
export async function loadStep(
  file: string,
  fresh = false,
): Promise<{ step?: StepModule; problems: string[] }> {
  if (file.endsWith('.py'))
    return {
      problems: [`${file}: Python steps run on an III engine, not here; move it out of the folder of steps`],
    };
  const problems: string[] = [];
  let exported: Record<string, unknown>;
  try {
    exported = await importModule(file, { fresh });
  } catch (error) {
    return { problems: [`${file}: can't be loaded: ${messageOf(error)}`] };
  }
  const whole = asRecord(exported['default']);
  const { config = whole['config'], handler = whole['handler'] } = exported;
  if (typeof handler !== 'function') problems.push(`${file}: handler: must be exported, and be a function`);
  if (config === undefined) {
    return { problems: [...problems, `${file}: config: must be exported`] };
  }
  const motia = fromMotia(config);
  problems.push(...motia.problems.map((problem) => `${file}: config${problem}`));
  if (motia.problems.length > 0) return { problems };
  const checked = stepConfigSchema.safeParse(motia.config);
  if (!checked.success) {
    for (const issue of checked.error.issues) {
      problems.push(`${file}: config${field(issue.path)}: ${issue.message}`);
    }
    return { problems };
  }
  if (typeof handler !== 'function') return { problems };
  const about = {
    config: checked.data,
    extras: motia.extras,
    fromMotia: importsMotia.test(await readFile(file, 'utf8')),
  };
  return {
    step: { config: checked.data, handler: withMotiaForms(handler as StepHandler<unknown>, about), file },
    problems,
  };
}

/** Types count: their import is erased, but the file is written for Motia. */
const importsMotia = /\bfrom\s*['"]motia['"]|\b(?:import|require)\s*\(?\s*['"]motia['"]/;

function asRecord(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

const field = (path: readonly PropertyKey[]): string =>
  path.map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`)).join('');

/** Of two with one name, nobody knows which is meant. */
function uniqueNames(steps: readonly StepModule[]): { sound: StepModule[]; twice: string[] } {
  const named = (name: string): StepModule[] => steps.filter(({ config }) => config.name === name);
  return {
    sound: steps.filter(({ config }) => named(config.name).length === 1),
    twice: steps.flatMap(({ config: { name }, file }) => {
      const [first] = named(name);
      return first!.file === file ? [] : [`${file}: config.name: ${name} is taken by ${first!.file}`];
    }),
  };
}
