import type { Contract } from '../../../src/contracts/contract.ts';
import { type Json, type JsonObject, isObject } from '../../../src/model/json.ts';
import { asText } from '../as-text.ts';
import type { Random } from '../random.ts';

/**
 * Which leaf of an event became which leaf of the changed one, told by their values: what has one value on either side
 * is the same leaf. So the change can be made to other events of the sender too. Leaves that changed their form, or whose
 * value stands in two places, stay as they are in all of them.
 */
export function correspondence(was: JsonObject, is: JsonObject, contract: Contract) {
  const before = countedLeaves(was);
  const after = countedLeaves(is);
  const shared = new Set([...before.keys()].filter((text) => before.get(text) === 1 && after.has(text)));

  return {
    /** Undefined for an event that differs where the change can't be followed. */
    apply(event: JsonObject): JsonObject | undefined {
      const leaves = pairsOf(was, event);
      const isAsItWas = ([text, value]: [string, Json | undefined]) =>
        shared.has(text) || (value !== undefined && asText(value) === text);
      if (!leaves.every(isAsItWas)) return undefined;
      return replaceLeaves(is, new Map(leaves.filter(([text]) => shared.has(text)))) as JsonObject;
    },
    /** Other values of the same sort, where the contract takes them. */
    sibling(event: JsonObject, random: Random): JsonObject {
      let made = event;
      for (const [text, value] of pairsOf(was, event)) {
        if (!shared.has(text) || value === undefined) continue;
        const other = replaceLeaves(made, new Map([[asText(value), another(value, random)]])) as JsonObject;
        if (contract.validate(other).ok) made = other;
      }
      return made;
    },
  };
}

function countedLeaves(value: Json): Map<string, number> {
  const counts = new Map<string, number>();
  visit(value, (leaf) => counts.set(asText(leaf), (counts.get(asText(leaf)) ?? 0) + 1));
  return counts;
}

function visit(value: Json, say: (leaf: Json) => void): void {
  if (Array.isArray(value)) for (const item of value) visit(item, say);
  else if (isObject(value)) for (const inner of Object.values(value)) visit(inner, say);
  else say(value);
}

/** Of each leaf of the first, its text, and what stands at the same place of the other; undefined: nothing. */
function pairsOf(was: Json, event: Json | undefined): [string, Json | undefined][] {
  if (Array.isArray(was))
    return was.flatMap((item, at) => pairsOf(item, Array.isArray(event) ? event[at] : undefined));
  if (isObject(was))
    return Object.entries(was).flatMap(([name, inner]) =>
      pairsOf(inner, event !== undefined && isObject(event) ? event[name] : undefined),
    );
  return [[asText(was), event]];
}

/** A copy with other leaves in place of those that are named by their text; a number stays one, text stays text. */
function replaceLeaves(value: Json, values: ReadonlyMap<string, Json | undefined>): Json | undefined {
  if (Array.isArray(value))
    return value.map((item) => replaceLeaves(item, values)).filter((item) => item !== undefined);
  if (isObject(value))
    return Object.fromEntries(
      Object.entries(value).flatMap(([name, inner]) => {
        const replaced = replaceLeaves(inner, values);
        return replaced === undefined ? [] : [[name, replaced]];
      }),
    );
  const text = asText(value);
  if (!values.has(text)) return value;
  const other = values.get(text);
  if (other === undefined) return undefined;
  if (typeof value === 'string') return asText(other);
  return typeof value === 'number' ? Number(other) : other;
}

/** Another value that looks the same: digits for digits, letters for letters. */
function another(value: Json, random: Random): Json {
  if (typeof value === 'number')
    return Number.isInteger(value) && value > 9 ? random.integer(Math.ceil(value / 2), value * 2) : value;
  if (typeof value !== 'string' || value.length < 3) return value;
  if (/^\d{4}-\d\d-\d\dT/.test(value)) return value;
  return value.replace(/\d/g, () => String(random.integer(1, 9)));
}
