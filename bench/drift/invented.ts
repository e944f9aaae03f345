import { asText } from './as-text.ts';
import { type Json, type JsonObject, isObject } from '../../src/model/json.ts';
import type { Plan } from '../../src/model/plan.ts';
import { canonicalNumeral } from './equality.ts';

/**
 * The leaves of a repaired event that can't be derived from any leaf of the event as it was received. Written against
 * what the plan language promises and without its code: it shares nothing with src/repair, so that a fault there shows
 * here. It asks where a value comes from, not whether it is in its right place; that is what `exact` is for.
 */
export function inventedLeaves(received: JsonObject, repaired: JsonObject, plan: Plan): string[] {
  const known = sourcesOf(received);
  return leavesOf(repaired)
    .filter(({ value }) => !isDerived(value, known, plan))
    .map(({ path }) => path);
}

interface Sources {
  /** Values as text, upper and lower case alike. */
  texts: Set<string>;
  /** The texts as they came, the longest first. */
  strings: string[];
  numerals: Set<string>;
  /** Digits of dates, and instants. */
  times: Set<string>;
}

/** JSON text within the event is part of it. */
function sourcesOf(event: JsonObject): Sources {
  const values = leavesOf(event).flatMap(({ value }) => [value, ...withinText(value)]);
  const strings = [...new Set(values.map(asText))].filter((text) => text !== '');
  return {
    texts: new Set(values.map((value) => folded(asText(value)))),
    strings: strings.sort((a, b) => b.length - a.length),
    numerals: new Set(strings.filter(isNumeral).map(canonicalNumeral)),
    times: new Set(strings.flatMap(readingsOf)),
  };
}

function withinText(value: Json): Json[] {
  if (typeof value !== 'string' || !/^\s*[[{]/.test(value)) return [];
  try {
    const inner = leavesOf(JSON.parse(value) as Json).map((leaf) => leaf.value);
    return inner.flatMap((leaf) => [leaf, ...withinText(leaf)]);
  } catch (error) {
    if (error instanceof SyntaxError) return [];
    throw error;
  }
}

export function leavesOf(value: Json, path = ''): { path: string; value: Json }[] {
  if (Array.isArray(value)) return value.flatMap((item, at) => leavesOf(item, `${path}/${at}`));
  if (isObject(value))
    return Object.entries(value).flatMap(([name, inner]) => leavesOf(inner, `${path}/${name}`));
  return [{ path, value }];
}

function isDerived(value: Json, known: Sources, plan: Plan): boolean {
  const text = asText(value);
  return (
    known.texts.has(folded(text)) ||
    (isNumeral(text) && known.numerals.has(canonicalNumeral(text))) ||
    readingsOf(text).some((reading) => known.times.has(reading)) ||
    isMapped(value, known, plan) ||
    clocksOf(text, known).some((clock) => readingsOf(clock).some((reading) => known.times.has(reading))) ||
    (typeof value === 'string' && (isPart(text, known) || isJoined(text, known)))
  );
}

const folded = (text: string): string => text.trim().toLowerCase();
const isNumeral = (text: string): boolean => /^[+-]?\d+(\.\d+)?$/.test(text);

/** An output of a map counts for an input that the event has. */
function isMapped(value: Json, known: Sources, { operations }: Plan): boolean {
  return operations.some(
    (operation) =>
      operation.op === 'map' &&
      Object.entries(operation.values).some(
        ([input, output]) => output === value && known.texts.has(folded(input)),
      ),
  );
}

/** What the clocks of the zones that the event names show at an instant. */
function clocksOf(instant: string, { strings }: Sources): string[] {
  const at = /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(instant) ? Date.parse(instant) : Number.NaN;
  if (Number.isNaN(at)) return [];
  return strings.flatMap((zone) => {
    const [, sign, hours, minutes] = /^([+-])(\d\d):?(\d\d)$/.exec(zone) ?? [];
    if (hours !== undefined) {
      const offset = (Number(hours) * 60 + Number(minutes)) * 60_000 * (sign === '-' ? -1 : 1);
      return [new Date(at + offset).toISOString()];
    }
    if (!/^[A-Z]\w+(\/[\w+-]+)+$/.test(zone)) return [];
    try {
      return [new Date(at).toLocaleString('sv-SE', { timeZone: zone })];
    } catch {
      return [];
    }
  });
}

/** What was split off a text: it ends or begins where the text does, or next to something that is no letter or digit. */
function isPart(text: string, known: Sources): boolean {
  const letter = /[\p{L}\p{N}]/u;
  if (text === '') return false;
  return known.strings.some((whole) => {
    for (let at = whole.indexOf(text); at !== -1; at = whole.indexOf(text, at + 1)) {
      const [before, after] = [whole[at - 1], whole[at + text.length]];
      const isEdge = (neighbour: string | undefined, own: string) =>
        neighbour === undefined || !letter.test(neighbour) || !letter.test(own);
      if (isEdge(before, text[0]!) && isEdge(after, text.at(-1)!)) return true;
    }
    return false;
  });
}

/** Whole texts of the event, one after the other, with at most eight characters between two of them. */
function isJoined(text: string, known: Sources): boolean {
  const parts = known.strings.filter((part) => part.length < text.length && text.includes(part));
  const starts = new Map<number, boolean>();
  /** Whether what follows `at` is made of parts; `at` is where a part must begin. */
  const fits = (at: number): boolean => {
    const seen = starts.get(at);
    if (seen !== undefined) return seen;
    starts.set(at, false);
    const found = parts.some((part) => {
      if (!text.startsWith(part, at)) return false;
      const end = at + part.length;
      if (end === text.length) return at > 0;
      for (let gap = 0; gap <= 8 && end + gap < text.length; gap++) if (fits(end + gap)) return true;
      return false;
    });
    starts.set(at, found);
    return found;
  };
  return fits(0);
}

/** `Wed, 18 Aug 2010 20:01:40 +0000` and its like, which JavaScript reads as mail and Unix write them. */
const namedMonth = /^[A-Z][a-z]{2},? .*\d\d:\d\d:\d\d .*\d/;

/** A date or time in every way it may be read: as an instant, and as its numbers in any order. */
function readingsOf(text: string): string[] {
  const readings: string[] = [];
  if (/^\d{9,10}$/.test(text)) readings.push(`instant ${Number(text) * 1000}`);
  if (/^\d{12,13}$/.test(text)) readings.push(`instant ${text}`);
  if (/^\d{4}-\d\d-\d\dT/.test(text) || namedMonth.test(text)) {
    const instant = Date.parse(text);
    if (!Number.isNaN(instant)) readings.push(`instant ${instant}`);
  }
  if (/\d{4}/.test(text) && text.length <= 40) {
    const dense = /^(\d{4})(\d\d)(\d\d)T?(?:(\d\d)(\d\d)(\d\d))?Z?$/.exec(text);
    const zoneless = text.replace(/(Z|[+-]00:?00)$/i, '');
    const numbers =
      dense === null ? (zoneless.match(/\d+/g) ?? []) : dense.slice(1).filter((part) => part !== undefined);
    const canonical = numbers.map(Number);
    while (canonical.length > 3 && canonical.at(-1) === 0) canonical.pop();
    if (numbers.length >= 3) readings.push(`numbers ${canonical.sort((a, b) => a - b).join(' ')}`);
  }
  return readings;
}
