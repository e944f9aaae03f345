import { type Json, isObject } from '../../../model/json.ts';

/** How much longer than its input a value may become: with 2,048 rows in a chunk, 200 MB. */
const mostGrowth = 100_000;

/** Functions that make a value as long as a number says, and where that number stands among their arguments. */
const counted = new Map<string, number>([
  ['repeat', 1],
  ['lpad', 1],
  ['rpad', 1],
  ['list_resize', 1],
  ['array_resize', 1],
  ['bitstring', 1],
]);
const ranges = new Set(['range', 'generate_series']);
const formats = new Set(['format', 'printf']);
/** The time that they take grows with both of their texts. */
const compared = /^(?:levenshtein|damerau_levenshtein|editdist3|replace|regexp_replace|array_to_string)$/;

/** A call whose result may be too large; the text is for whoever wrote the query. */
class TooLarge extends Error {}

/**
 * Why a value of the query may be too large to be made, by DuckDB's own syntax tree; undefined when no function makes one. Neither the
 * memory limit nor an interruption reaches into a single call of a function: `range(1000000000)` in a SELECT takes 16 GB.
 */
export function largeValueIn(tree: Json): string | undefined {
  try {
    growthOf(tree);
    return undefined;
  } catch (error) {
    if (error instanceof TooLarge) return error.message;
    throw error;
  }
}

/** By what factor values grow at most, from the data and the constants to the result. */
function growthOf(node: Json, key = ''): number {
  if (Array.isArray(node)) {
    const grown = node.map((child) => growthOf(child));
    const isLoop = node.some((child) => isObject(child) && child['type'] === 'LAMBDA');
    return isLoop || key === 'compared' ? product(grown) : Math.max(1, ...grown);
  }
  if (!isObject(node)) return 1;
  const { function_name: name, children, type } = node;
  // As a source of rows it makes them one after the other.
  if (type === 'TABLE_FUNCTION') return 1;
  if (typeof name === 'string' && Array.isArray(children)) return growthOfCall(name.toLowerCase(), children);
  const { from_table: from = null, cte_map: before = null, ...rest } = node;
  const beside = Object.values(rest).map((child) => growthOf(child));
  const own = type === 'SELECT_NODE' ? Math.max(1, ...beside) : product(beside);
  return bounded('a function', own * growthOf(from) * growthOf(before));
}

function growthOfCall(name: string, args: readonly Json[]): number {
  const within = growthOf([...args], compared.test(name) ? 'compared' : '');
  return bounded(`${name}()`, within * ownGrowth(name, args));
}

function ownGrowth(name: string, args: readonly Json[]): number {
  const place = counted.get(name);
  // As an aggregate, `bitstring` has no number.
  if (place !== undefined && (name !== 'bitstring' || args.length > 1)) return numberAt(name, args[place]);
  if (ranges.has(name)) return Math.max(...args.map((arg) => numberAt(name, arg)));
  return formats.has(name) ? widthIn(name, args[0]) : 1;
}

function numberAt(name: string, arg: Json | undefined): number {
  const number = boundOf(arg);
  if (number === undefined)
    throw new TooLarge(
      ranges.has(name)
        ? `${name}() needs plain numbers here; in FROM it takes anything: FROM ${name}(…)`
        : `${name}() needs a plain number for the length, or least(…, 100)`,
    );
  return Math.max(1, Math.abs(number));
}

/** The largest that an argument can be; undefined when nothing says so. */
function boundOf(arg: Json | undefined): number | undefined {
  if (!isObject(arg)) return undefined;
  if (isObject(arg['value'])) {
    const number = Number(arg['value']['value'] ?? 0);
    return Number.isFinite(number) ? number : undefined;
  }
  if (arg['class'] === 'CAST') return boundOf(arg['child']);
  if (!Array.isArray(arg['children'])) return undefined;
  const bounds = arg['children'].map(boundOf);
  if (arg['function_name'] === '-' && bounds.length === 1) return bounds[0];
  if (arg['function_name'] !== 'least') return undefined;
  const known = bounds.filter((bound) => bound !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
}

/** The largest width or precision that a format asks for. */
function widthIn(name: string, arg: Json | undefined): number {
  const text = isObject(arg) && isObject(arg['value']) ? arg['value']['value'] : undefined;
  if (typeof text !== 'string' || /%[^a-z%]*\*|\{[^}]*\{/i.test(text))
    throw new TooLarge(`the format of ${name}() must be a text with plain widths`);
  return Math.max(1, ...(text.match(/\d+/g) ?? []).map(Number));
}

const product = (factors: readonly number[]): number => factors.reduce((all, one) => all * one, 1);

function bounded(name: string, growth: number): number {
  if (growth > mostGrowth)
    throw new TooLarge(`${name} may make a value of more than ${mostGrowth} times its input`);
  return growth;
}
