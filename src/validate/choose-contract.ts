import type { Contract } from '../contracts/contract.ts';
import { regularExpression } from '../contracts/patterns/regular-expression.ts';
import type { ContractRegistry } from '../contracts/registry.ts';
import { ExactNumber } from '../model/exact-number.ts';
import { type Json, type JsonObject, isObject, jsonType } from '../model/json.ts';
import { type Result, fail, ok } from '../model/result.ts';
import type { Violation } from '../model/violation.ts';
import { type NamingRule, contractNamed } from '../sources/contract-rule.ts';
import type { KeptHeaders } from '../model/event.ts';
import { textAt } from '../sources/place.ts';

/** How a source's events find their contract. */
export interface SourceChoice {
  /** A name, or where the value stands that names it. */
  contract?: string | NamingRule;
  /** One for all events, where it stands, or `ignore`. */
  version?: string | { from: string };
}

export interface ContractChoice {
  /** By source name. */
  sources: Readonly<Record<string, SourceChoice>>;
  /** The contract of an event whose source and `type` name none. */
  defaultContract: string;
  /** What becomes of an event whose version no contract has. */
  unknownVersion: 'dead_letter' | 'latest';
}

/** An event whose contract could not be told: no repair can help, a person must look. */
export interface UnknownContract {
  contract: string;
  version: string;
  violation: Violation;
}

/**
 * Which contract: the source's in the config, else the one that the event's `type` (a CloudEvent's own, where it came in
 * one) names, else the default. Which version: as the source's rule says, else the event's own, when it is one; then as the
 * registry resolves it.
 */
export function chooseContract(
  event: JsonObject,
  source: string,
  contracts: ContractRegistry,
  choice: ContractChoice,
  headers?: KeptHeaders,
): Result<Contract, UnknownContract> {
  const rule = Object.hasOwn(choice.sources, source) ? choice.sources[source] : undefined;
  const naming = rule?.contract;
  const name = typeof naming === 'object' ? contractNamed(naming, event, headers) : naming;
  if (typeof naming === 'object' && name === undefined) return fail(noContractFor(naming, contracts));
  const contract = name ?? contractOfType(event, contracts, headers) ?? choice.defaultContract;
  const version = versionOf(rule?.version, event, contract, contracts, headers);

  const resolved = contracts.resolve(contract, version, choice.unknownVersion);
  if (resolved.ok) return ok(resolved.value);
  return fail({
    contract,
    version: typeof version === 'string' ? version.slice(0, 64) : 'unknown',
    violation: {
      path: resolved.error.code === 'unknown_contract' ? '/type' : '/version',
      code: resolved.error.code,
      message: resolved.error.message,
      expected:
        resolved.error.known.length > 0 ? `one of ${resolved.error.known.join(', ')}` : 'a known contract',
      found: version === undefined ? 'missing' : jsonType(version),
    },
  });
}

function noContractFor(rule: NamingRule, contracts: ContractRegistry): UnknownContract {
  const { from, map } = rule;
  const known = Object.keys(map ?? {});
  const listed = known.length > 0 ? known : contracts.all().map(({ name }) => name);
  return {
    contract: 'unknown',
    version: 'unknown',
    violation: {
      path: from.startsWith('/') ? from : '/type',
      code: 'unknown_contract',
      message: `No contract is named for what this event has at ${from}; add the value to the source's contract.map, or say otherwise: ignore.`,
      expected: `one of ${listed.slice(0, 20).join(', ')}`,
      found: 'missing',
    },
  };
}

function contractOfType(
  event: JsonObject,
  contracts: ContractRegistry,
  headers: KeptHeaders | undefined,
): string | undefined {
  const type = headers?.['ce-type'] ?? event['type'];
  return typeof type === 'string' && contracts.knows(type) ? type : undefined;
}

function versionOf(
  rule: SourceChoice['version'],
  event: JsonObject,
  contract: string,
  contracts: ContractRegistry,
  headers: KeptHeaders | undefined,
): Json | undefined {
  if (rule === 'ignore') return undefined;
  if (typeof rule === 'string') return rule;
  if (rule !== undefined) return textAt(rule.from, event, headers);
  if (!Object.hasOwn(event, 'version')) return undefined;
  const { version } = event;
  return isContractVersion(version!, contract, contracts) ? version : undefined;
}

/**
 * Many senders have a `version` of their own: a number, a date, "0", or the constant of a format ("2.1.0" in SARIF). It is the
 * contract's when it reads `1.2.3`, or is short for a version there is, and is no value that the contract itself
 * asks for; a field that could not hold the contract's version is about something else. `null` says nothing. What is neither is for a person.
 */
function isContractVersion(version: Json, name: string, contracts: ContractRegistry): boolean {
  const latest = contracts.latest(name);
  const declared = latest?.jsonSchema['properties'];
  const schema = isObject(declared) ? declared['version'] : undefined;
  if (version === null || typeof version === 'number' || version instanceof ExactNumber) return false;
  if (typeof version !== 'string') return schema === undefined || allowsText(schema);
  if (contracts.get(name, version) !== undefined) return true;
  if (isObject(schema) && (namesValue(schema, version) || !mayHold(schema, latest!.version))) return false;
  if (fullVersion.test(version)) return true;
  return shortVersion.test(version) && contracts.resolve(name, version, 'dead_letter').ok;
}

const fullVersion = /^\d{1,9}\.\d{1,9}\.\d{1,9}$/;
const shortVersion = /^\d{1,9}(?:\.\d{1,9})?$/;

const namesValue = ({ const: constant, enum: values }: JsonObject, version: string): boolean =>
  constant === version || (Array.isArray(values) && values.includes(version));

/** By its listed values, or by its pattern. */
function mayHold(schema: JsonObject, version: string): boolean {
  const { const: constant, enum: values, pattern } = schema;
  if (constant !== undefined || Array.isArray(values)) return namesValue(schema, version);
  if (typeof pattern !== 'string') return true;
  let known = held.get(schema);
  if (known?.version !== version)
    held.set(schema, (known = { version, holds: regularExpression(pattern).test(version) }));
  return known.holds;
}

const held = new WeakMap<JsonObject, { version: string; holds: boolean }>();

const allowsText = (schema: Json): boolean =>
  isObject(schema) && (schema['type'] === 'string' || schema['type'] === undefined);
