import type { Config } from '../config/load.ts';
import type { Contract } from '../contracts/contract.ts';
import { cloneJson } from '../model/json.ts';
import { fillEnvelope } from '../validate/envelope.ts';
import { connect } from './client.ts';
import { ContractFinder } from './contract-reference.ts';
import { CliError, type Io, amountOf, print, printJson } from './io.ts';
import { junit } from './junit.ts';
import type { ServerOptions } from './options.ts';
import { type Sample, type Samples, eventsOfFile, recentEvents } from './recent-events.ts';
import { printable } from './table.ts';

export interface AgainstOptions extends ServerOptions {
  against: string;
  contract?: string;
  last: number;
  format: 'text' | 'json' | 'junit';
}

/** Events that would fail in one way. */
interface Failure {
  path: string;
  code: string;
  /** Of the first one. */
  message: string;
  count: number;
  /** Ids of some. */
  examples: string[];
}

interface Trial {
  contract: string;
  version: string;
  valid: number;
  would_fail: number;
  failures: Failure[];
  letters: number;
  letters_would_load: number;
  /** Letters of events for another major version: they would not be judged by this one. */
  letters_of_other_versions: number;
  /** Rows from which no event could be made. */
  unclear: number;
}

const mostExamples = 3;

/** Tries contracts on events: recent ones of the service, or those of a file. True when no valid event would fail. */
export async function checkAgainst(
  io: Io,
  config: Config,
  reference: string | undefined,
  options: AgainstOptions,
): Promise<boolean> {
  const finder = new ContractFinder(io, config);
  const registry = await finder.registry();
  const wanted = reference ?? options.contract;
  if (wanted === undefined && options.against !== 'recent')
    throw new CliError('name the contract that the events of the file are for: name[@version] or file', 2);
  const newest = [...new Set(registry.all().map(({ name }) => name))].map((name) => registry.latest(name)!);
  const contracts = wanted === undefined ? newest : [await finder.find(wanted)];
  const trials: Trial[] = [];
  if (options.against === 'recent') {
    const client = await connect(io, options);
    try {
      for (const contract of contracts)
        trials.push(tried(contract, await recentEvents(client, registry, contract.name, options.last)));
    } finally {
      await client.close();
    }
  } else {
    const samples = await eventsOfFile(io, options.against);
    for (const contract of contracts) trials.push(tried(contract, samples));
  }
  show(io, trials, options);
  return trials.every(({ would_fail: count }) => count === 0);
}

function tried(contract: Contract, { samples, unclear }: Samples): Trial {
  const failures = new Map<string, Failure>();
  const count = { valid: 0, failed: 0, letters: 0, loaded: 0, others: 0 };
  for (const sample of samples) {
    if (isForAnother(sample, contract)) {
      count.others++;
      continue;
    }
    const violations = violationsOf(contract, sample);
    if (sample.kind === 'letter') {
      count.letters++;
      if (violations.length === 0) count.loaded++;
      continue;
    }
    count.valid++;
    if (violations.length === 0) continue;
    count.failed++;
    for (const { path, code, message } of violations) {
      const at = path.replaceAll(/\/\d+(?=\/|$)/g, '/*');
      const known = failures.get(`${at} ${code}`) ?? { path: at, code, message, count: 0, examples: [] };
      known.count++;
      if (known.examples.length < mostExamples) known.examples.push(sample.id);
      failures.set(`${at} ${code}`, known);
    }
  }
  return {
    contract: contract.name,
    version: contract.version,
    valid: count.valid,
    would_fail: count.failed,
    failures: [...failures.values()].toSorted((a, b) => b.count - a.count),
    letters: count.letters,
    letters_would_load: count.loaded,
    letters_of_other_versions: count.others,
    unclear,
  };
}

/** A replay would find no contract again, whatever this one says of the event. */
const isForAnother = ({ unknownVersion: version }: Sample, contract: Contract): boolean =>
  version !== undefined && version.split('.', 1)[0] !== contract.version.split('.', 1)[0];

function violationsOf(contract: Contract, sample: Sample) {
  const event = cloneJson(sample.event);
  const requestId = '00000000-0000-7000-8000-000000000000';
  fillEnvelope(event, contract, { requestId, receivedAt: Date.now(), source: 'check' });
  const validation = contract.validate(event);
  return validation.ok ? [] : validation.violations;
}

const failureInWords = ({ path, code, message, count, examples }: Failure): string =>
  printable(`${path === '' ? 'the event' : path} (${code}): ${count}, as ${examples.join(', ')}: ${message}`);

function show(io: Io, trials: readonly Trial[], { format, against }: AgainstOptions): void {
  if (format === 'json') return printJson(io, trials);
  if (format === 'junit') {
    const cases = trials.map((trial) => ({
      name: `${trial.contract} ${trial.version}: ${trial.valid} valid events`,
      failure: trial.would_fail === 0 ? undefined : trial.failures.map(failureInWords).join('\n'),
    }));
    return print(io, junit(`contracts check --against ${against}`, cases));
  }
  for (const trial of trials) {
    const { contract, version, valid, would_fail: failed, letters, letters_would_load: loaded } = trial;
    const { letters_of_other_versions: others } = trial;
    const tried = valid + letters + others > 0;
    const result = tried
      ? `${failed} of ${valid} valid events would fail`
      : 'there are no events of it to try';
    print(io, `${contract} ${version}: ${result}`);
    for (const failure of trial.failures) print(io, `  ${failureInWords(failure)}`);
    if (letters > 0) print(io, `  ${loaded} of ${letters} open dead letters would be valid`);
    if (others > 0) print(io, `  ${amountOf(others, 'open dead letter')} of other versions`);
    if (trial.unclear > 0) print(io, `  ${trial.unclear} rows do not tell how their events were`);
  }
}
