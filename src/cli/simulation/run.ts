import type { Config, ConfigOverrides, SourceConfig } from '../../config/load.ts';
import type { Contract } from '../../contracts/contract.ts';
import type { EventTrail } from '../../server/event-info.ts';
import type { Logger } from '../../support/log.ts';
import type { EventLine } from '../event-source.ts';
import { amountOf } from '../io.ts';
import { type Scenario, scenariosOf, shippedScenarios } from './scenarios.ts';
import { type TestService, startTestService } from '../../testing/test-service.ts';

export interface Simulation {
  /** The contracts of this project; the shipped ones are tried by one event of each kind. */
  own: readonly Contract[];
  config: Pick<Config, 'contracts' | 'builtinContracts'>;
  log: Logger;
  print: (line: string) => void;
}

/**
 * The contract-breach simulation, on the shipped contracts and the project's own, which win. True only when each good event
 * was loaded, the drifted one repaired, and each breach caught with its field named.
 */
export async function simulateBreaches({ own, config, log, print }: Simulation): Promise<boolean> {
  const sources = Object.fromEntries(own.map((contract) => [sourceFor(contract), toContract(contract)]));
  const service = await startTestService(settingsOf(config, { sources }), log);
  try {
    let passed = true;
    if (config.builtinContracts) {
      print('transaction (comes with Data Sentinel)');
      passed = report(shippedScenarios, await ends(service, 'simulation', shippedScenarios), print, true);
    }
    let skipped = 0;
    for (const contract of own) {
      const went = await tryContract(service, contract, print);
      if (went === 'skipped') skipped++;
      else passed = went && passed;
    }
    print(conclusion(passed, config.builtinContracts || skipped < own.length, skipped));
    return passed;
  } finally {
    await service.close();
  }
}

function conclusion(passed: boolean, anyTried: boolean, skipped: number): string {
  if (!passed) return 'The simulation failed.';
  const left =
    skipped === 0 ? '' : ` ${amountOf(skipped, 'contract')} ${skipped === 1 ? 'was' : 'were'} skipped.`;
  return anyTried
    ? `The breaches were caught, the good events were loaded.${left}`
    : `Nothing was tried.${left}`;
}

async function tryContract(
  service: TestService,
  contract: Contract,
  print: Simulation['print'],
): Promise<boolean | 'skipped'> {
  print(`${contract.name} ${contract.version}`);
  const scenarios = scenariosOf(contract);
  if (!scenarios.ok) {
    print(`skip  ${scenarios.error}`);
    return 'skipped';
  }
  const [good, ...breaches] = scenarios.value;
  const infos = await ends(service, sourceFor(contract), scenarios.value);
  const isGood = report([good!], infos.slice(0, 1), print, true);
  const areCaught = report(breaches, infos.slice(1), print, false);
  if (areCaught && breaches.length > 0) print(`ok    ${counted(breaches)}: caught, with the field named`);
  return isGood && areCaught;
}

/** `all`: also those that ended as they must. */
function report(
  scenarios: readonly Scenario[],
  infos: readonly EventTrail[],
  print: Simulation['print'],
  all: boolean,
): boolean {
  let passed = true;
  for (const [index, { name, expected, field }] of scenarios.entries()) {
    const { status, violations = [] } = infos[index]!;
    const isNamed = field === undefined || violations.some(({ path }) => within(field, path));
    const isRight = status === expected && isNamed;
    passed &&= isRight;
    if (isRight && !all) continue;
    const wanted = status === expected ? `no violation names ${field}` : `expected ${expected}`;
    print(`${isRight ? 'ok  ' : 'FAIL'}  ${name}: ${status}${isRight ? '' : `, ${wanted}`}`);
    for (const { path, code, message } of violations) print(`        ${path} ${code}: ${message}`);
  }
  return passed;
}

/** The violation is at the field or at one above it, such as a list of alternatives. */
function within(field: string, path: string): boolean {
  return field === path || field.startsWith(`${path}/`) || path.startsWith(`${field}/`);
}

function counted(breaches: readonly Scenario[]): string {
  const noun = breaches.length === 1 ? 'breach' : 'breaches';
  return `${breaches.length} ${noun} (missing fields, wrong types, unknown words)`;
}

const ends = (service: TestService, source: string, scenarios: readonly Scenario[]): Promise<EventTrail[]> =>
  service.outcomes(
    source,
    scenarios.map(({ event }) => JSON.stringify(event)),
  );

const sourceFor = ({ name, version }: Contract): string => `simulate-${name}-${version}`;

const toContract = ({ name, version }: Contract): SourceConfig => ({ contract: name, version });

function settingsOf(
  { contracts, builtinContracts }: Simulation['config'],
  more: ConfigOverrides,
): ConfigOverrides {
  return { contracts, builtinContracts, steps: [], ...more };
}

const mostAtOnce = 500;

/** Sends the events of a file as `source`, with the project's own choice of contracts. True when all were loaded or repaired. */
export async function simulateEvents(
  { events, unit }: { events: AsyncIterable<EventLine>; unit: string },
  source: string,
  { config, log, print }: { config: Config; log: Logger; print: Simulation['print'] },
): Promise<boolean> {
  const { defaultContract, unknownVersion, sources } = config;
  const unverified = Object.fromEntries(
    Object.entries(sources).map(([name, { contract, version, events: envelope }]) => [
      name,
      { contract, version, events: envelope },
    ]),
  );
  const choice = { defaultContract, unknownVersion, sources: unverified };
  const service = await startTestService(settingsOf(config, choice), log);
  const counts = new Map<EventTrail['status'], number>();
  try {
    for await (const lines of inBatches(events)) {
      const infos = await service.outcomes(
        source,
        lines.map(({ text }) => text),
      );
      for (const [index, { status, contract, violations = [] }] of infos.entries()) {
        counts.set(status, (counts.get(status) ?? 0) + 1);
        if (status !== 'dead_letter') continue;
        // An envelope holds several events, or none.
        const where =
          infos.length === lines.length ? `${unit} ${lines[index]!.number}` : `event ${index + 1}`;
        print(`${where}: dead letter${contract === undefined ? '' : ` (${contract})`}`);
        for (const { path, code, message } of violations) print(`        ${path} ${code}: ${message}`);
      }
    }
  } finally {
    await service.close();
  }
  print(
    [...counts].map(([status, count]) => `${count} ${status.replace('_', ' ')}`).join(', ') || 'no events',
  );
  return counts.size > 0 && !counts.has('dead_letter');
}

async function* inBatches(events: AsyncIterable<EventLine>): AsyncGenerator<EventLine[]> {
  let batch: EventLine[] = [];
  for await (const event of events) {
    batch.push(event);
    if (batch.length < mostAtOnce) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}
