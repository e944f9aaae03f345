import type { Json } from '../../../model/json.ts';
import type { Operation } from '../../../model/plan.ts';
import { isNegative } from './names.ts';
import { differInUnitCase, isUnitSymbol } from './unit-symbols.ts';
import { negations, no, nothing, yes } from './vocabulary.ts';
import { leafOf, plainWords } from './words.ts';

export type MapOperation = Extract<Operation, { op: 'map' }>;

/** Why a map changes what its inputs mean; names the contract's own values, never an event's. */
export function changeByMap({ path, values }: MapOperation): string | undefined {
  for (const [input, output] of Object.entries(values))
    if (isChange(input, output, plainWords(leafOf(path))))
      return `the map of ${path} makes ${JSON.stringify(output)} of something else`;
  return undefined;
}

function isChange(input: string, output: Json, field: readonly string[]): boolean {
  const folded = fold(input);
  if (output === null) return !nothing.has(folded);
  if (typeof output === 'boolean') return truthOf(input, field) !== output;
  if (typeof output !== 'string') return false;
  if (folded === fold(output))
    return (
      signsOf(input) !== signsOf(output) ||
      (isUnitSymbol(output) && output.length > 1 && differInUnitCase(input, output))
    );
  return isNegative(plainWords(input)) !== isNegative(plainWords(output)) || isOpposite(folded, fold(output));
}

/** A known word of yes or no, or the field's own name or its opposite; free text says neither. */
function truthOf(input: string, field: readonly string[]): boolean | undefined {
  const folded = fold(input);
  if (yes.has(folded)) return true;
  if (no.has(folded)) return false;
  const name = field.filter((word) => word !== 'is' && word !== 'has').join('');
  if (name.length < 3) return undefined;
  if (folded === name) return true;
  return isOpposite(folded, name) ? false : undefined;
}

const isOpposite = (a: string, b: string): boolean =>
  negations.some((negation) => a === negation + b || b === negation + a);

/** What stands before digits, between them, or as a plus or minus at an end: `-5` is no way to write `5`, nor `A-` one to write `A`. */
const signsOf = (text: string): string =>
  (text.trim().match(/(?<!\p{L})[^\p{L}\p{N}]{1,8}(?=\p{N})|[-+](?=\p{N})|^[-+]|[-+]$/gu) ?? []).join('|');

const fold = (text: string): string =>
  text
    .normalize('NFD')
    .replace(/\p{Diacritic}/gu, '')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '');
