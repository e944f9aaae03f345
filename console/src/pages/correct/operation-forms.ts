import { type Operation, castTypes } from '../../../../src/model/plan.ts';

/** What a person fills in of an operation. `path` is a field of the event, `paths` several, `pairs` words and what they stand for. */
export interface FieldForm {
  name: string;
  label: string;
  kind: 'path' | 'paths' | 'text' | 'type' | 'pairs';
  placeholder?: string;
  optional?: boolean;
}

export interface OperationForm {
  op: Operation['op'];
  label: string;
  fields: readonly FieldForm[];
}

const path: FieldForm = { name: 'path', label: 'Field', kind: 'path' };
const from: FieldForm = { name: 'from', label: 'From', kind: 'path' };
const to: FieldForm = { name: 'to', label: 'To', kind: 'path' };
const separator: FieldForm = { name: 'separator', label: 'Separator', kind: 'text' };

/** The language of repair plans, as forms: the most frequent operations first. */
export const operationForms: readonly OperationForm[] = [
  { op: 'move', label: 'Move or rename a field', fields: [from, to] },
  {
    op: 'cast',
    label: 'Read a field as another type',
    fields: [
      path,
      { name: 'to', label: 'As', kind: 'type' },
      {
        name: 'format',
        label: 'Written as',
        kind: 'text',
        placeholder: '1.234,56 or DD/MM/YYYY',
        optional: true,
      },
    ],
  },
  {
    op: 'map',
    label: 'Read words as listed values',
    fields: [path, { name: 'values', label: 'Words', kind: 'pairs' }],
  },
  { op: 'copy', label: 'Copy a field', fields: [from, to] },
  { op: 'remove', label: 'Remove an undeclared field', fields: [path] },
  { op: 'trim', label: 'Trim spaces', fields: [path] },
  { op: 'upper', label: 'Put in upper case', fields: [path] },
  { op: 'lower', label: 'Put in lower case', fields: [path] },
  {
    op: 'split',
    label: 'Split a text into fields',
    fields: [from, separator, { ...to, kind: 'paths', label: 'Into' }],
  },
  { op: 'join', label: 'Join fields into a text', fields: [{ ...from, kind: 'paths' }, separator, to] },
  {
    op: 'split_unit',
    label: 'Split a number from its unit',
    fields: [
      from,
      { name: 'number', label: 'Number', kind: 'path' },
      { name: 'unit', label: 'Unit', kind: 'path' },
    ],
  },
  { op: 'parse', label: 'Read JSON text', fields: [path] },
  { op: 'list', label: 'Make a list of a text', fields: [path, separator] },
  { op: 'unlist', label: 'Write a list as a text', fields: [path, separator] },
  { op: 'wrap', label: 'Make a list of one', fields: [path] },
  { op: 'unwrap', label: 'Take the one out of a list', fields: [path] },
];

export const typeNames = castTypes;

/** A row of the form: what was filled in so far. */
export interface Draft {
  key: number;
  op: Operation['op'];
  values: Readonly<Record<string, string>>;
}

export const formOf = (op: Operation['op']): OperationForm => operationForms.find((form) => form.op === op)!;

/** The operation of a row; undefined while something is left to fill in. */
export function operationOf({ op, values }: Draft): Operation | undefined {
  const operation: Record<string, unknown> = { op };
  for (const { name, kind, optional } of formOf(op).fields) {
    const value = values[name] ?? '';
    if (value.trim() === '' && !(kind === 'text' && value !== '')) {
      if (optional === true || (op === 'join' && name === 'separator')) {
        if (op === 'join') operation[name] = '';
        continue;
      }
      return undefined;
    }
    const read = valueOf(kind, value);
    if (read === undefined) return undefined;
    operation[name] = read;
  }
  return operation as unknown as Operation;
}

function valueOf(kind: FieldForm['kind'], value: string): unknown {
  if (kind === 'paths')
    return value
      .split(',')
      .map((one) => one.trim())
      .filter(Boolean);
  if (kind === 'pairs') return pairsOf(value);
  return kind === 'text' ? value : value.trim();
}

/** `paid = settled`, a line each; what stands for a value is JSON, or text. */
function pairsOf(text: string): Record<string, unknown> | undefined {
  const values: Record<string, unknown> = {};
  for (const line of text.split('\n')) {
    const at = line.lastIndexOf('=');
    if (line.trim() === '') continue;
    if (at === -1) return undefined;
    values[line.slice(0, at).trim()] = literalOf(line.slice(at + 1).trim());
  }
  return Object.keys(values).length === 0 ? undefined : values;
}

function literalOf(text: string): unknown {
  if (/^(true|false|null|-?\d+(\.\d+)?)$/.test(text)) return JSON.parse(text) as unknown;
  return text.replace(/^"(.*)"$/, '$1');
}
