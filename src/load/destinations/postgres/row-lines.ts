import { isContainer } from '../../../model/json.ts';
import { ownColumns } from '../../../model/own-columns.ts';
import type { Table, Row } from '../../destination.ts';
import { type Refusal, cannotHold } from '../../destination-kit/exact-row.ts';
import { inexactColumn } from '../../destination-kit/exact-values.ts';
import { type Result, fail, ok } from '../../../model/result.ts';
import { type Field, fieldOf } from './values.ts';
import { keyFields } from '../../destination-kit/key-fields.ts';
import type { LineStore, Place } from '../../destination-kit/line-store.ts';

/** A row as COPY reads it, kept as bytes: as text it would be moved about by the garbage collector until its batch is settled. */
export interface Line extends Place {
  /** What made it: a table that was altered has another one. */
  maker: LineMaker;
  row: Row;
  /** Lower case. */
  id: string;
  /** The parts of its key, together, to sort by; undefined when it has none. */
  key: string | undefined;
}

/** A row that the table can't hold. */
interface Unfit {
  maker: LineMaker;
  refusal: Refusal;
}

export type Made = Line | Unfit;
export type LineMaker = (row: Row) => Made;

/** Of a row's key, in UTF-8: a longer one fits in no index, and without the index no event would be loaded once. */
const maxKeyBytes = 2000;

/** Makes the lines of one table's rows, in `store`. Whatever passes is read by the server without an error. */
export function lineMaker(spec: Table, store: LineStore): LineMaker {
  const inexact = inexactColumn(spec.columns);
  const columns = spec.columns.map((column) => ({ name: column.name, field: fieldOf(column) }));
  const tailOf = tailMaker();
  const key = keyFields(spec);
  const unfit = (refusal: Refusal): Unfit => ({ maker: make, refusal });
  const refused = (column: string): Unfit => unfit(cannotHold(spec.name, column));

  function make(row: Row): Made {
    const { values } = row;
    const wrong = inexact(values);
    if (wrong !== undefined) return refused(wrong.name);
    let text = '';
    for (const { name, field } of columns) {
      const encoded = field(Object.hasOwn(values, name) ? values[name] : undefined);
      if (encoded === undefined) return refused(name);
      text += encoded;
      text += '\t';
    }
    const id = row.requestId.toLowerCase();
    const tail = tailOf(row);
    if (!tail.ok) return refused(tail.error);
    const sortKey = keyText(key, values);
    if (sortKey !== undefined && isLongerThan(maxKeyBytes, sortKey))
      return unfit({
        reason: `the key of the row (${spec.key.join(', ')}) is longer than ${maxKeyBytes} bytes`,
        column: key[0]!.column.name,
      });
    const place = store.add(`${text}${id}${tail.value}`);
    if (place === undefined) throw new Error('half of a surrogate pair was let through');
    const { chunk, start, end } = place;
    return { chunk, start, end, maker: make, row, id, key: sortKey };
  }
  return make;
}

const columnsAfterId = ownColumns.slice(1);

/** Makes the columns after the request id, which most rows of a request share; or names the one that can't hold its value. */
function tailMaker(): (row: Row) => Result<string> {
  const fields = columnsAfterId.map((column) => ({
    ...column,
    // The one instant among them is exact text already.
    field: column.type.kind === 'datetime' ? asField : fieldOf(column),
  }));
  let [at, source, version] = [Number.NaN, '', ''];
  let last: Result<string>;

  function make(row: Row): Result<string> {
    let text = '';
    for (const { name, of, field } of fields) {
      const encoded = field(of(row));
      if (encoded === undefined) return fail(name);
      text += `\t${encoded}`;
    }
    return ok(text);
  }
  return (row) => {
    if (row.repair !== undefined || row.extra !== undefined) return make(row);
    if (row.receivedAt !== at || row.source !== source || row.contractVersion !== version) {
      ({ receivedAt: at, source, contractVersion: version } = row);
      last = make(row);
    }
    return last;
  };
}

const asField: Field = (value) => value as string;

/** A character has at most three bytes, or two that are one half of it. */
const isLongerThan = (bytes: number, text: string): boolean =>
  text.length * 3 > bytes && Buffer.byteLength(text) > bytes;

/** Undefined when a part is absent. Only to sort by, and to measure: the server decides which keys are equal. */
function keyText(fields: ReturnType<typeof keyFields>, values: Row['values']): string | undefined {
  let text: string | undefined;
  for (const { column, inner } of fields) {
    let value: unknown = Object.hasOwn(values, column.name) ? values[column.name] : undefined;
    for (const name of inner)
      value =
        isContainer(value) && Object.hasOwn(value, name)
          ? (value as Record<string, unknown>)[name]
          : undefined;
    if (value === undefined || value === null) return undefined;
    const part = typeof value === 'string' ? value : JSON.stringify(value);
    text = text === undefined ? part : `${text}\n${part}`;
  }
  return text;
}
