import { looseKeyParts } from './key-check.ts';
import { readFile, realpath } from 'node:fs/promises';
import { resolve } from 'node:path';
import { SentinelError, messageOf } from '../model/errors.ts';
import { shippedFolder } from '../support/package-folder.ts';
import type { Contract } from './contract.ts';
import { slowPatternWarnings } from './patterns/slow-patterns.ts';
import { lineOfFault, lineOfField } from './fault-line.ts';
import { contractsMeantBy } from './names-in-file.ts';
import { Unreadable, contractFiles, contractsOfFile, headerOf } from './read-contracts.ts';
import { type ContractProblem, type ProblemOptions, refusal } from './problems.ts';
import { ContractRegistry } from './registry.ts';
import { NoContract, isImported, isJsonSchema, isModule } from './unread-files.ts';

export interface LoadOptions extends ProblemOptions {
  /** Read TypeScript and JavaScript files anew, though they were imported before; for reload on change. */
  fresh?: boolean;
  /** Folder for compiled modules: reading TypeScript anew takes some 10 ms a file. Must be writable by this user only. */
  cache?: string;
  /** Told of each file before its code runs, which may never end. */
  onFile?: (file: string) => void;
  /** Files that are not read, and why: reading them does not end. */
  setAside?: ReadonlyMap<string, string>;
  /** A contract of a later folder replaces one of the same name and version of the first folder; default: of what is shipped. */
  override?: boolean;
}

/** A contract's file, as its contracts are registered. */
interface Source {
  file: string;
  /** In the first of several folders, whose contracts may be replaced. */
  replaceable: boolean;
  /** Another file has the same name and version: neither is known to be meant. */
  isTwice?: boolean;
}

/**
 * Finds the contracts in the folders and the folders within: what `*.ts`, `*.mts`, `*.js` and `*.mjs` export, and
 * `*.schema.json`. Files that start with `_`, tests and type declarations are passed over; what else looks like a contract and is none is a
 * warning. A file that can't be read,
 * imported, compiled, or told from another is a problem; the others are loaded all the same. Throws `contract_invalid`
 * with all problems when `strict`, and in any case when a folder can't be read.
 */
export async function loadContracts(
  folders: readonly string[],
  options: LoadOptions = {},
): Promise<ContractRegistry> {
  const registry = new ContractRegistry();
  const problems: ContractProblem[] = [];
  const unread: ContractProblem[] = [];
  const sources = new Map<Contract, Source>();
  /** Files that a schema takes in by `$ref`: they need not be contracts themselves. */
  const parts = new Set<string>();
  const modules: string[] = [];
  let { fresh = false } = options;
  const shipped = shippedFolder('contracts');
  for (const [at, given] of folders.entries()) {
    const folder = resolve(given);
    const replaceable = at === 0 && folders.length > 1 && (options.override ?? folder === shipped);
    for (const file of await contractFiles(folder)) {
      const source = { file, replaceable };
      if (isModule(file)) modules.push(file);
      try {
        const why = options.setAside?.get(file);
        if (why !== undefined) throw new Unreadable(why, await headerOf(file));
        options.onFile?.(file);
        const onWarning = (message: string): void => options.onWarning?.({ file, message });
        const contracts = await contractsOfFile(file, {
          folder,
          fresh,
          parts,
          cache: options.cache,
          onWarning,
        });
        // Once is enough: a second time would make a second copy of what the files share.
        if (isModule(file)) fresh = false;
        for (const contract of contracts) {
          register(registry, contract, source, sources);
          for (const { message, line } of await warningsOf(contract, file))
            options.onWarning?.({ file, line, message, name: contract.name });
        }
      } catch (error) {
        const unnamed = error instanceof NoContract;
        (unnamed ? unread : problems).push(await problemOf(file, error));
      }
    }
  }
  const taken = new Set(await Promise.all([...parts].map((file) => realpath(file))));
  for (const problem of unread) {
    if (taken.has(await realpath(problem.file))) continue;
    if (isJsonSchema(problem.file)) problems.push(problem);
    else if (!isModule(problem.file) || !isImported(problem.file, modules)) options.onWarning?.(problem);
  }
  if (problems.length > 0 && options.strict !== false) throw refusal(problems);
  const twice = [...sources].flatMap(([contract, { isTwice }]) => (isTwice === true ? [contract] : []));
  withdraw(twice, registry, sources);
  for (const problem of problems) {
    const { file, name, version } = problem;
    const meant = name === undefined ? await contractsMeantBy(file) : [{ name, version }];
    for (const one of meant) {
      // It was meant to take the place of what is shipped.
      withdraw(replaceables({ name: one.name }, sources), registry, sources);
      registry.markBroken(one.name, one.version);
    }
    options.onProblem?.(problem);
  }
  for (const [contract, { file }] of sources) {
    const message = lostUpgrade(contract, registry);
    if (message !== undefined) options.onWarning?.(await problemOf(file, new Unreadable(message, contract)));
  }
  return registry;
}

/** Nothing is upgraded then, and events of the older version are judged by another one, or are dead letters. */
function lostUpgrade({ name, version, upgrade }: Contract, registry: ContractRegistry): string | undefined {
  if (upgrade === undefined || registry.registered(name, upgrade.from) !== undefined) return undefined;
  return `contract ${name} ${version}: \`upgrade.from\` is version ${upgrade.from}, which is not there: add that version, correct it, or remove \`upgrade\``;
}

async function problemOf(file: string, error: unknown): Promise<ContractProblem> {
  const message = messageOf(error);
  const text = file.endsWith('.json') ? await readFile(file, 'utf8').catch(() => '') : '';
  const { name, version } = error instanceof Unreadable ? error.contract : {};
  return { file, line: lineOfFault(text, message), message, name, version };
}

async function warningsOf(
  contract: Contract,
  file: string,
): Promise<Pick<ContractProblem, 'message' | 'line'>[]> {
  const parts = looseKeyParts(contract);
  const text = parts.length === 0 ? '' : await readFile(file, 'utf8');
  return [
    ...parts.map((part) => ({ message: looseKey(contract, part), line: lineOfField(text, part) })),
    ...slowPatternWarnings(contract).map((message) => ({ message })),
    ...(contract.makesUnknown === true ? [{ message: makesUnknown(contract) }] : []),
  ];
}

const makesUnknown = ({ name, version }: Contract): string =>
  `contract ${name} ${version}: its schema does not say what its transform makes, so these fields have no columns and are kept in _extra: add .pipe(z.object({ … })) after .transform()`;

const looseKey = ({ name, version }: Contract, part: string): string =>
  `contract ${name} ${version}: its key ${part} may be missing or null, and then repeats of the event are loaded again: make it required and not null, or choose another key`;

/** A name and version stand once, but what is shipped may be replaced: all of its name or table, where it does not go with what replaces it. */
function register(
  registry: ContractRegistry,
  contract: Contract,
  source: Source,
  sources: Map<Contract, Source>,
): void {
  const present = registry.registered(contract.name, contract.version);
  // Exported by one file and passed on by another.
  if (present === contract) return;
  const other = present === undefined ? undefined : sources.get(present);
  if (other !== undefined && !(other.replaceable && !source.replaceable)) {
    other.isTwice = true;
    const message = `contract ${contract.name} ${contract.version} is defined twice, also in ${other.file}: change the version of one, or remove it`;
    throw new Unreadable(new SentinelError('contract_invalid', message), contract);
  }
  try {
    registry.register(contract, { override: other !== undefined });
  } catch (error) {
    const inTheWay = source.replaceable ? [] : replaceables(contract, sources);
    if (inTheWay.length === 0) throw new Unreadable(error, contract);
    withdraw(inTheWay, registry, sources);
    return register(registry, contract, source, sources);
  }
  sources.set(contract, source);
}

function replaceables(
  { name, table }: { name: string; table?: string },
  sources: ReadonlyMap<Contract, Source>,
): Contract[] {
  return [...sources].flatMap(([contract, { replaceable }]) => {
    const isSame = contract.name === name || contract.table.toLowerCase() === table?.toLowerCase();
    return replaceable && isSame ? [contract] : [];
  });
}

function withdraw(
  contracts: readonly Contract[],
  registry: ContractRegistry,
  sources: Map<Contract, Source>,
): void {
  for (const contract of contracts) {
    registry.withdraw(contract);
    sources.delete(contract);
  }
}
