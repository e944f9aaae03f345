import type { Config } from '../config/load.ts';
import { slowPatternWarnings } from '../contracts/patterns/slow-patterns.ts';
import type { ContractRegistry } from '../contracts/registry.ts';
import { parseExact } from '../model/exact-json.ts';
import { inspect } from '../ingest/inspect.ts';
import { isObject, type Json, type JsonObject } from '../model/json.ts';
import { fail, ok, type Result } from '../model/result.ts';
import { chooseContract } from '../validate/choose-contract.ts';
import { fillEnvelope, sourceOf } from '../validate/envelope.ts';
import { validateWhole } from '../repair/plans/whole.ts';
import type { Violation } from '../model/violation.ts';
import { openEvents } from './event-source.ts';
import { print, printJson, say, type Io } from './io.ts';
import type { ConfigOption } from './options.ts';
import { printable } from './table.ts';

export interface CheckOptions extends ConfigOption {
  json?: boolean;
  contract?: string;
  contractVersion?: string;
  source?: string;
}

interface Verdict {
  contract?: string;
  version?: string;
  violations: Pick<Violation, 'path' | 'code' | 'message'>[];
}

/** Of a long file, so many valid events are named; the invalid ones are what matters. */
const mostValidNamed = 20;

/** Checks each event as the validator would, before any repair. True when all are valid. */
export async function checkEvents(
  io: Io,
  file: string,
  options: CheckOptions,
  config: Config,
  registry: ContractRegistry,
): Promise<boolean> {
  const { unit, events } = await openEvents(io, file);
  const used = new Set<string>();
  const report: (Verdict & { number: number })[] = [];
  let valid = 0;
  let invalid = 0;
  for await (const { number, text } of events) {
    const verdict = check(text, options, config, registry);
    if (verdict.contract !== undefined) used.add(`${verdict.contract}@${verdict.version}`);
    if (verdict.violations.length === 0) valid++;
    else invalid++;
    if (options.json === true) report.push({ number, ...verdict });
    else if (verdict.violations.length > 0 || valid <= mostValidNamed)
      printVerdict(io, `${unit} ${number}`, verdict);
  }
  if (options.json === true) printJson(io, report);
  else print(io, `${valid} valid, ${invalid} invalid`);
  for (const contract of registry.all())
    if (used.has(`${contract.name}@${contract.version}`))
      for (const warning of slowPatternWarnings(contract)) say(io, `warning: ${warning}`);
  return invalid === 0 && valid > 0;
}

function check(text: string, options: CheckOptions, config: Config, registry: ContractRegistry): Verdict {
  const event = readEvent(text, config.http.maxDepth);
  if (!event.ok) return { violations: [{ path: '', code: 'type', message: event.error }] };
  const source = sourceOf(event.value, options.source);
  const choice = asAsked(options, source, config);
  const chosen = chooseContract(event.value, source, registry, choice);
  if (!chosen.ok) return { violations: [chosen.error.violation] };
  const contract = chosen.value;
  fillEnvelope(event.value, contract, {
    requestId: '00000000-0000-7000-8000-000000000000',
    receivedAt: Date.now(),
    source: options.source,
  });
  const validation = validateWhole(contract, event.value);
  const violations = validation.ok ? [] : validation.violations;
  return { contract: contract.name, version: contract.version, violations };
}

/** The configured choice of contracts and versions, unless the command line names one. */
function asAsked({ contract, contractVersion }: CheckOptions, source: string, config: Config) {
  const { defaultContract, unknownVersion } = config;
  const configured = Object.hasOwn(config.sources, source) ? config.sources[source] : undefined;
  const rule = contract === undefined ? configured : { contract };
  const asked = contractVersion === undefined ? rule : { ...rule, version: contractVersion };
  return { sources: asked === undefined ? {} : { [source]: asked }, defaultContract, unknownVersion };
}

function readEvent(text: string, maxDepth: number): Result<JsonObject> {
  let value: Json;
  try {
    value = JSON.parse(text) as Json;
  } catch {
    return fail('This is not valid JSON.');
  }
  if (!isObject(value)) return fail('An event must be a JSON object.');
  const inspected = inspect(text, value, maxDepth);
  if (!inspected.ok) return fail(inspected.error.detail);
  return ok(inspected.value.exact ? (parseExact(text) as JsonObject) : value);
}

function printVerdict(io: Io, where: string, { contract, version, violations }: Verdict): void {
  const name = contract === undefined ? '' : ` (${contract} ${version})`;
  if (violations.length === 0) return print(io, `${where}${name}: valid`);
  print(io, `${where}${name}: invalid`);
  for (const { path, message } of violations)
    print(io, `  ${printable(`${path === '' ? 'the event' : path}: ${message}`)}`);
}
