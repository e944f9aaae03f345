import { isContainer } from '../../../model/json.ts';
import { ownColumns } from '../../../model/own-columns.ts';
import type { Table, Row } from '../../destination.ts';
import { type Refusal, cannotHold } from '../../destination-kit/exact-row.ts';
import { inexactColumn } from '../../destination-kit/exact-values.ts';
import { type Result, fail, ok } from '../../../model/result.ts';
import { type Field, fieldOf } from './values.ts';
import { keyFields } from '../../destination-kit/key-fields.ts';

/** A row as COPY reads it, with what it is sorted by. */
export interface Line {
  row: Row;
  /** Lower case. */
  id: string;
  text: string;
  /** The parts of its key, together; undefined when it has none. */
  key: string | undefined;
}

const lastColumn = ownColumns.at(-1)!.name;

/** Of a row's key, in UTF-8: a longer one fits in no index, and without the index no event would be loaded once. */
const maxKeyBytes = 2000;

/** Makes the lines of one table's rows. Whatever passes is read by the server without an error. */
export function lineMaker(spec: Table): (row: Row) => Result<Line, Refusal> {
  const inexact = inexactColumn(spec.columns);
  const columns = spec.columns.map((column) => ({ name: column.name, field: fieldOf(column) }));
  const own = ownColumns.map((column) => ({
    ...column,
    // The one instant among them is exact text already.
    field: column.type.kind === 'datetime' ? asField : fieldOf(column),
  }));
  const key = keyFields(spec);
  const refused = (column: string) => fail(cannotHold(spec.name, column));

  return (row) => {
    const { requestId, values } = row;
    const wrong = inexact(values);
    if (wrong !== undefined) return refused(wrong.name);
    let text = '';
    for (const { name, field } of columns) {
      const encoded = field(Object.hasOwn(values, name) ? values[name] : undefined);
      if (encoded === undefined) return refused(name);
      text += `${encoded}\t`;
    }
    for (const { name, of, field } of own) {
      const encoded = field(of(row));
      if (encoded === undefined) return refused(name);
      text += `${encoded}${name === lastColumn ? '\n' : '\t'}`;
    }
    const sortKey = keyText(key, values);
    if (sortKey !== undefined && isLongerThan(maxKeyBytes, sortKey))
      return fail({
        reason: `the key of the row (${spec.key.join(', ')}) is longer than ${maxKeyBytes} bytes`,
        column: key[0]!.column.name,
      });
    return ok({ row, id: requestId.toLowerCase(), text, key: sortKey });
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
