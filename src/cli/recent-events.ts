import type { Column, Contract } from '../contracts/contract.ts';
import type { ContractRegistry } from '../contracts/registry.ts';
import { fieldOf } from '../contracts/mapping.ts';
import { deref } from '../contracts/json-schema/refs.ts';
import { eventTextOf } from '../contracts/infer/index.ts';
import { parseExact } from '../model/exact-json.ts';
import { numberOf } from '../model/exact-number.ts';
import { type Json, type JsonObject, isObject, setOwn } from '../model/json.ts';
import { segmentsOf } from '../model/pointer.ts';
import type { ApiClient } from './client.ts';
import { openEvents } from './event-source.ts';
import { CliError, type Io } from './io.ts';

/** An event to try a contract on. */
export interface Sample {
  /** Its request id, or its place in the file. */
  id: string;
  event: JsonObject;
  /** It was valid, or it is an open dead letter. */
  kind: 'valid' | 'letter';
  /** Of a letter whose event is for a version that no contract has: that one. */
  unknownVersion?: string;
}

export interface Samples {
  samples: Sample[];
  /** Rows from which no event could be made that the contract they were loaded by accepts. */
  unclear: number;
}

const atATime = 8;

/** The last valid events of a contract, made of their rows, and its open dead letters. */
export async function recentEvents(
  client: ApiClient,
  registry: ContractRegistry,
  contract: string,
  limit: number,
): Promise<Samples> {
  const samples: Sample[] = [];
  let unclear = 0;
  const { items } = await client.request('GET /api/v1/events', { query: { contract, limit } });
  const loaded = items.filter(({ status }) => status === 'loaded' || status === 'repaired');
  for (let at = 0; at < loaded.length; at += atATime) {
    const some = loaded.slice(at, at + atATime);
    const trails = await Promise.all(
      some.map(({ request_id: id }) => client.request('GET /api/v1/events/{id}', { params: { id } })),
    );
    for (const { request_id: id, version, result, row } of trails) {
      const known = registry.get(contract, version ?? '');
      const event = isObject(result) ? result : isObject(row) ? eventOfRow(row, known) : undefined;
      if (event === undefined) unclear++;
      else samples.push({ id, event, kind: 'valid' });
    }
  }
  const letters = await client.request('GET /api/v1/dead-letters', { query: { contract, limit } });
  for (const { id, raw, code, version, event_bytes: isLarge } of letters.items) {
    const whole = isLarge && (await client.request('GET /api/v1/dead-letters/{id}', { params: { id } }));
    const event = parseExact(whole ? whole.raw : raw);
    if (isObject(event)) samples.push({ id, event, kind: 'letter', ...unknownVersion({ code, version }) });
  }
  return { samples, unclear };
}

const unknownVersion = ({
  code,
  version,
}: {
  code?: Json;
  version?: Json;
}): Pick<Sample, 'unknownVersion'> =>
  code === 'unknown_contract_version' && typeof version === 'string' ? { unknownVersion: version } : {};

/** The events of a file; those of exported dead letters count as letters. */
export async function eventsOfFile(io: Io, file: string): Promise<Samples> {
  const samples: Sample[] = [];
  const { unit, events } = await openEvents(io, file);
  for await (const { number, text } of events) {
    const read = parseExact(text);
    if (!isObject(read)) throw new CliError(`${unit} ${number} is no JSON object`);
    const raw = eventTextOf(read);
    const event = raw === undefined ? read : parseExact(raw);
    if (!isObject(event)) continue;
    const id = `${unit} ${number}`;
    if (raw === undefined) samples.push({ id, event, kind: 'valid' });
    else samples.push({ id, event, kind: 'letter', ...unknownVersion(read) });
  }
  return { samples, unclear: 0 };
}

/** The event as its contract would take it again; undefined when it does not: then the row does not say enough. */
function eventOfRow(row: JsonObject, contract: Contract | undefined): JsonObject | undefined {
  if (contract === undefined) return undefined;
  for (const asNumbers of [true, false]) {
    const event = rebuilt(row, contract, asNumbers);
    if (contract.validate(event).ok) return event;
  }
  return undefined;
}

const numeric = new Set(['integer', 'number', 'decimal']);

function rebuilt(row: JsonObject, contract: Contract, asNumbers: boolean): JsonObject {
  const event: JsonObject = { ...jsonOf(row['_extra']) };
  const { required } = deref(contract.jsonSchema, contract.jsonSchema);
  const byDepth = contract.columns.toSorted((a, b) => depthOf(a) - depthOf(b));
  for (const column of byDepth) {
    const value = row[column.name];
    const path = segmentsOf(fieldOf(column));
    if (value === undefined) continue;
    // A column has no way to tell null from nothing.
    if (value !== null) put(event, path, fieldValue(value, column, asNumbers));
    else if (path.length === 1 && Array.isArray(required) && required.includes(path[0]!))
      put(event, path, null);
  }
  return event;
}

const depthOf = (column: Column): number => segmentsOf(fieldOf(column)).length;

function fieldValue(value: Json, { type }: Column, asNumbers: boolean): Json {
  if (typeof value !== 'string') return value;
  if (numeric.has(type.kind)) return asNumbers ? numberOf(value) : value;
  if (type.kind !== 'json') return value;
  try {
    return parseExact(value);
  } catch {
    return value;
  }
}

function jsonOf(value: Json | undefined): JsonObject {
  const read = typeof value === 'string' ? parseExact(value) : value;
  return isObject(read) ? read : {};
}

function put(event: JsonObject, path: readonly string[], value: Json): void {
  let at = event;
  for (const name of path.slice(0, -1)) {
    const inner = at[name];
    const next: JsonObject = isObject(inner) ? { ...inner } : {};
    setOwn(at, name, next);
    at = next;
  }
  setOwn(at, path.at(-1)!, value);
}
