import { ExactNumber, exactNumbersExist, plainText } from '../model/exact-number.ts';
import type { Contract } from '../contracts/contract.ts';
import { fieldOf, topFields } from '../contracts/mapping.ts';
import type { KeptHeaders } from '../model/event.ts';
import { holdsExactNumber, type JsonObject } from '../model/json.ts';
import { columnValues } from './column-values.ts';
import type { Row } from './destination.ts';
import { headersField } from './headers-column.ts';
import type { RepairTrail } from '../model/loaded-event.ts';

/** The id column that every table has, whether its contract declares it or not. */
const idField = 'event_id';

/** What is known of an event beside its declared values. */
export interface RowFacts {
  requestId: string;
  /** See `Row.round`. */
  round?: number | undefined;
  /** Milliseconds since 1970, UTC. */
  receivedAt: number;
  source: string;
  /** Headers that were kept with the event. */
  headers?: KeptHeaders;
  repair: RepairTrail | undefined;
  /** JSON text of the event from which its contract made the value; undefined when there is none that says the same. */
  text: string | undefined;
  /** The text is ASCII without a backslash. Default: false. */
  isPlain?: boolean;
  /** The fields of the value that the text does not have, or has otherwise. */
  changed: JsonObject | undefined;
  /** The text has none of these fields. Default: that is not known. */
  isApart?: boolean | undefined;
  /** The fields of the text that the value does not have. Default: none. */
  gone?: readonly string[] | undefined;
}

/** Makes the rows of one contract. Splits off what the contract does not declare, so that nothing is dropped. */
export function createRowMaker(contract: Contract): (value: JsonObject, facts: RowFacts) => Row {
  const declared = topFields(contract.columns).add(idField);
  const idColumn = contract.columns.find((column) => fieldOf(column) === `/${idField}`)?.name ?? idField;
  const columns = new Set(contract.columns.map(({ name }) => name)).add(idColumn).add(headersField);
  const plain = contract.columns.filter(({ type }) => type.kind !== 'json').map(({ name }) => name);
  const shape: Shape = { table: contract.table, contract: contract.name, version: contract.version, columns };
  const spread = columnValues(contract.columns);

  return (value, facts) => {
    let values = value;
    let filled = facts.changed;
    let extra: JsonObject | undefined;
    for (const field in value) if (!declared.has(field)) (extra ??= {})[field] = value[field]!;
    if (extra !== undefined) values = only(declared, value);
    // A field that has gone from a column would come back from the text.
    // So would a field that is called like our own column.
    const comesBack =
      facts.gone?.some((field) => declared.has(field)) === true || extra?.[headersField] !== undefined;
    let text = comesBack || contract.rewrites === true ? undefined : facts.text;
    if (spread !== undefined) {
      values = spread(values);
      text = undefined;
    }
    if (values[idColumn] === undefined || values[idColumn] === null) {
      values = { ...values, [idColumn]: facts.requestId };
      filled = { ...filled, [idColumn]: facts.requestId };
    }
    if (exactNumbersExist() && holdsExactNumber(value)) {
      text = undefined;
      values = withPlainNumbers(values, plain);
    }
    if (facts.headers !== undefined) {
      values = { ...values, [headersField]: facts.headers };
      filled = { ...filled, [headersField]: facts.headers };
    }
    return new EventRow(shape, facts, text, values, filled, extra);
  };
}

export type MakeRow = (contract: Contract, value: JsonObject, facts: RowFacts) => Row;

/** Each contract's own maker, made at its first row. */
export function createRowMakers(): MakeRow {
  const makers = new Map<Contract, ReturnType<typeof createRowMaker>>();
  return (contract, value, facts) => {
    let make = makers.get(contract);
    if (make === undefined) makers.set(contract, (make = createRowMaker(contract)));
    return make(value, facts);
  };
}

interface Shape {
  table: string;
  contract: string;
  version: string;
  /** Those that a row may have values for. */
  columns: ReadonlySet<string>;
}

/** A row whose values can go and come back: a batch holds ten thousand rows, and each value costs the collector. */
class EventRow implements Row {
  readonly table: string;
  readonly requestId: string;
  readonly round: number;
  readonly receivedAt: number;
  readonly source: string;
  readonly headers: KeptHeaders | undefined;
  readonly contract: string;
  readonly contractVersion: string;
  readonly text: string | undefined;
  readonly isPlain: boolean;
  readonly filled: JsonObject | undefined;
  readonly isApart: boolean;
  readonly extra: JsonObject | undefined;
  readonly repair: RepairTrail | undefined;
  prepared: unknown;
  readonly #declared: ReadonlySet<string>;
  #values: JsonObject | undefined;

  constructor(
    { table, contract, version, columns }: Shape,
    {
      requestId,
      round = 0,
      receivedAt,
      source,
      headers,
      repair,
      isPlain = false,
      changed,
      isApart = false,
    }: RowFacts,
    text: string | undefined,
    values: JsonObject,
    filled: JsonObject | undefined,
    extra: JsonObject | undefined,
  ) {
    this.table = table;
    this.requestId = requestId;
    this.round = round;
    this.receivedAt = receivedAt;
    this.source = source;
    this.headers = headers;
    this.contract = contract;
    this.contractVersion = version;
    this.text = text;
    this.isPlain = isPlain && text !== undefined;
    this.filled = filled;
    // With what was filled in here, that is not known.
    this.isApart = isApart && filled === changed;
    this.extra = extra;
    this.repair = repair;
    this.prepared = undefined;
    this.#declared = columns;
    this.#values = values;
  }

  get values(): JsonObject {
    return (this.#values ??= only(this.#declared, {
      ...(JSON.parse(this.text!) as JsonObject),
      ...this.filled,
    }));
  }

  releaseValues(): void {
    if (this.text !== undefined) this.#values = undefined;
  }
}

/** In a column of a type of its own, an exact number is its digits: JSON readers of destinations would round it. */
function withPlainNumbers(values: JsonObject, columns: readonly string[]): JsonObject {
  const result = { ...values };
  for (const name of columns) {
    const value = values[name];
    if (value instanceof ExactNumber) result[name] = plainText(value);
  }
  return result;
}

function only(fields: ReadonlySet<string>, value: JsonObject): JsonObject {
  const some: JsonObject = {};
  for (const field in value) if (fields.has(field)) some[field] = value[field]!;
  return some;
}
