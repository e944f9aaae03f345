import type * as Yaml from 'yaml';
import { segmentsOf } from '../model/pointer.ts';
import { requirePackage } from '../support/require-package.ts';

/** A larger file is a generated one, in which nobody looks for a line by hand. */
const largest = 2_000_000;

/**
 * The line of a contract's file, from 1, that a fault is about: where the first of the places stands that its message names
 * (a position, a pointer into the schema, a reference, a setting, a field). Undefined when none of them is in the file.
 */
export function lineOfFault(text: string, fault: string): number | undefined {
  const position = /at position (\d+)/.exec(fault)?.[1];
  if (position !== undefined) return lineAt(text, Number(position));
  if (text.length > largest) return undefined;
  const pointers = [...fault.matchAll(/(?<![\w.`"/])\/[^\s,:;()`"]*/g)].map(([pointer]) => pointer);
  const settings = [...fault.matchAll(/`(?:x-contract\.)?([\w.]+)`/g)].map(([, setting]) => setting!);
  const refs = [...fault.matchAll(/`\$(?:ref|dynamicRef)` (\S+)/g)].map(([, ref]) => ref!);
  const fields = [...fault.matchAll(/(?:declares|field|within) ([^\s,:`]+)/g)].map(([, field]) => field!);
  return (
    first(refs, (ref) => lineOfText(text, ref)) ??
    first(pointers, (pointer) => lineOfPlace(text, pointer)) ??
    first(pointers, (pointer) => lineOfText(text, pointer) ?? lineOfField(text, pointer)) ??
    first(fields, (field) => lineOfField(text, `/${field}`)) ??
    first(settings, (setting) =>
      lineOfPlace(text, `/x-contract/${snakeCase(setting).replaceAll('.', '/')}`),
    ) ??
    (fault.includes('`x-contract') ? lineOfField(text, '/x-contract') : undefined)
  );
}

/** The line where a schema seems to declare the field, for a person who is to change it. */
export function lineOfField(text: string, pointer: string): number | undefined {
  const name = segmentsOf(pointer).at(-1) ?? '';
  const at = text.split('\n').findIndex((line) => {
    const [before = '', after] = line.split(':', 2);
    return after !== undefined && before.trim().replace(/^["']|["']$/g, '') === name;
  });
  return at === -1 ? undefined : at + 1;
}

function lineOfPlace(text: string, pointer: string): number | undefined {
  // Most starts find no fault, and need not load it.
  const { LineCounter, isNode, parseDocument } = requirePackage<typeof Yaml>('yaml');
  const lines = new LineCounter();
  const node = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: false }).getIn(
    segmentsOf(pointer),
    true,
  );
  return isNode(node) && node.range ? lines.linePos(node.range[0]).line : undefined;
}

function lineOfText(text: string, wanted: string): number | undefined {
  const at = text.indexOf(JSON.stringify(wanted));
  return at === -1 ? undefined : lineAt(text, at);
}

function first<T>(all: readonly T[], lineOf: (one: T) => number | undefined): number | undefined {
  for (const one of all) {
    const line = lineOf(one);
    if (line !== undefined) return line;
  }
  return undefined;
}

const lineAt = (text: string, position: number): number => text.slice(0, position).split('\n').length;
const snakeCase = (name: string): string => name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
