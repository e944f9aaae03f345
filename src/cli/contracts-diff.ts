import { type Command, Option } from 'commander';
import {
  type Finding,
  type Mode,
  findingsBetween,
  isBroken,
  modes,
} from '../contracts/compatibility/index.ts';
import type { Contract } from '../contracts/contract.ts';
import { type FieldChange, diffContracts } from './contract-fields.ts';
import { ContractFinder } from './contract-reference.ts';
import { type Io, type Outcome, print, printJson } from './io.ts';
import { junit } from './junit.ts';
import { type ConfigOption, configOf, withConfig } from './options.ts';

interface DiffOptions extends ConfigOption {
  mode: Mode;
  format: 'text' | 'json' | 'junit';
}

/** A changed field, and what the change breaks. */
interface Change {
  path: string;
  change: string;
  verdict: 'breaks' | 'ok';
  findings: Finding[];
}

export function registerDiff(contracts: Command, io: Io, outcome: Outcome): void {
  withConfig(contracts.command('diff'))
    .description(
      'Compare two versions of a contract, and say what each change breaks (exit code 1 when one does).',
    )
    .argument('<old>', 'name, name@version or file')
    .argument('<new>', 'name, name@version or file')
    .addOption(
      new Option(
        '--mode <mode>',
        'backward: the new version takes the events of the old one; forward: the old one takes those of the new; full: both',
      )
        .choices(modes)
        .default('backward'),
    )
    .addOption(
      new Option('--format <format>', 'of the answer').choices(['text', 'json', 'junit']).default('text'),
    )
    .action(async (a: string, b: string, options: DiffOptions) => {
      const finder = new ContractFinder(io, configOf(io, options));
      const [before, after] = [await finder.find(a), await finder.find(b)];
      const changes = changesBetween(before, after, options.mode);
      show(io, { before, after, changes }, options);
      if (changes.some(({ verdict }) => verdict === 'breaks')) outcome.exitCode = 1;
    });
}

function changesBetween(before: Contract, after: Contract, mode: Mode): Change[] {
  const findings = findingsBetween(before, after);
  const changed = new Map(diffContracts(before, after).map((change) => [change.path, change]));
  const paths = [...new Set([...changed.keys(), ...findings.map(({ path }) => path)])];
  return paths.map((path) => {
    const found = findings.filter((one) => one.path === path);
    const verdict = found.some((one) => isBroken(one, mode)) ? 'breaks' : 'ok';
    return { path, change: inWords(path, changed.get(path)), verdict, findings: found };
  });
}

function inWords(path: string, change: FieldChange | undefined): string {
  const field = path === '' ? 'the event' : path;
  if (change === undefined) return `~ ${field}`;
  const { was, is } = change;
  if (was === undefined) return `+ ${field}: ${is}`;
  return is === undefined ? `- ${field}: ${was}` : `~ ${field}: ${was} → ${is}`;
}

const reasonOf = ({ breaks, reason }: Finding): string => `${breaks}: ${reason}`;

function show(
  io: Io,
  { before, after, changes }: { before: Contract; after: Contract; changes: Change[] },
  { mode, format }: DiffOptions,
): void {
  const title = `${before.name} ${before.version} → ${after.name} ${after.version}`;
  if (format === 'json')
    return printJson(io, {
      old: { name: before.name, version: before.version },
      new: { name: after.name, version: after.version },
      mode,
      compatible: changes.every(({ verdict }) => verdict === 'ok'),
      changes,
    });
  if (format === 'junit') {
    const cases = changes.map(({ change, verdict, findings }) => ({
      name: change,
      failure: verdict === 'breaks' ? findings.map(reasonOf).join('\n') : undefined,
    }));
    return print(io, junit(`contracts diff: ${title}, ${mode}`, cases));
  }
  if (changes.length === 0) return print(io, 'The fields are the same.');
  const lines = changes.map(({ change, verdict, findings }) =>
    [`${verdict.padEnd(6)}  ${change}`, ...findings.map((one) => `          ${reasonOf(one)}`)].join('\n'),
  );
  const broken = changes.filter(({ verdict }) => verdict === 'breaks').length;
  const sum =
    broken === 0 ? `compatible (${mode})` : `${broken} of ${changes.length} changes break (${mode})`;
  print(io, [title, ...lines, sum].join('\n'));
}
