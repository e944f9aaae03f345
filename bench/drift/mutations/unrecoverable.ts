import { asText } from '../as-text.ts';
import { type Json, isObject } from '../../../src/model/json.ts';
import { isDeclared } from '../../../src/repair/plans/schema-paths.ts';
import type { Draw, Drift, Mutation } from '../drift.ts';
import type { Field } from '../fields.ts';
import { caseStyles, commonStyles, wordsOf } from '../names.ts';
import { edited, pointer, putWithin, replaced, take } from '../paths.ts';
import { computed } from '../vocabulary/business.ts';
import { foreignContainers } from '../vocabulary/decoys.ts';
import { unitChanges } from '../vocabulary/units.ts';
import { chooseField } from './relocate.ts';
import { another, chooseImitable, decoyFor, instead } from './twins.ts';

/** Nothing undoes these. */
const inverse: Drift['inverse'] = [];

const missing: Draw = (scene, focus) => {
  const field = chooseField(scene, focus);
  if (field === undefined) return undefined;
  return {
    style: 'left out',
    touches: [pointer(field.path)],
    apply: (event) => edited(event, field.path, (parent, name) => take(parent, name) !== undefined),
    inverse,
  };
};

const placeholders: readonly Json[] = [
  null,
  '',
  'N/A',
  'null',
  '-',
  'unknown',
  'undefined',
  'none',
  '?',
  'TBD',
  {},
  [],
];

const placeholder: Draw = (scene, focus) => {
  const field = chooseField(scene, focus);
  if (field === undefined) return undefined;
  const value = scene.random.pick(placeholders);
  return {
    style: `${JSON.stringify(value)} for a value`,
    touches: [pointer(field.path)],
    apply: (event) => replaced(event, field.path, () => structuredClone(value)),
    inverse,
  };
};

/** A field that sounds like it and is something else, of the same type. */
const semantic: Draw = (scene, focus) => {
  const field = chooseImitable(scene, focus);
  if (field === undefined) return undefined;
  const decoy = decoyFor(field, scene);
  return instead(scene, field, decoy, { [decoy]: another });
};

/** The same name, in an object that is about something else. */
const elsewhere: Draw = (scene, focus) => {
  const field = chooseImitable(scene, focus);
  if (field === undefined) return undefined;
  const own = wordsOf(field.name);
  // `template.is_template` is about the field itself, for all that the names tell.
  const isOwn = (word: string) => own.some((other) => word === other || word === `${other}s`);
  const foreign = foreignContainers.filter((name) => !wordsOf(name).some(isOwn));
  const container = scene.random.pick(foreign);
  const target = [...field.path.slice(0, -1), container, field.name];
  if (isDeclared(scene.subject.contract.jsonSchema, target.slice(0, -1))) return undefined;
  return {
    style: `${container}.${field.name}`,
    touches: [field.path, target].map(pointer),
    apply: (event) =>
      edited(event, field.path, (parent, name) => {
        const value = take(parent, name);
        const other = value === undefined ? undefined : another(value);
        return other !== undefined && putWithin(parent, [container, name], other);
      }),
    inverse,
  };
};

/** The field is null, and something else of the sort is there. */
const nullBeside: Draw = (scene, focus) => {
  const field = chooseImitable(scene, focus);
  if (field === undefined) return undefined;
  const decoy = decoyFor(field, scene);
  if (isDeclared(scene.subject.contract.jsonSchema, [...field.path.slice(0, -1), decoy])) return undefined;
  return {
    style: `null beside ${decoy}`,
    touches: [pointer(field.path), pointer([...field.path.slice(0, -1), decoy])],
    apply: (event) =>
      edited(event, field.path, (parent, name) => {
        const value = take(parent, name);
        const other = value === undefined || value === null ? undefined : another(value);
        if (other === undefined || Object.hasOwn(parent, decoy)) return false;
        parent[name] = null;
        parent[decoy] = other;
        return true;
      }),
    inverse,
  };
};

const numeric = ({ values }: Field): boolean => values.every((value) => numberOf(value) !== undefined);

function numberOf(value: Json): number | undefined {
  if (typeof value === 'number') return value;
  return typeof value === 'string' && /^\d{1,9}(\.\d{1,6})?$/.test(value) ? Number(value) : undefined;
}

const unit: Draw = (scene, focus) => {
  const { random } = scene;
  const changesOf = ({ name }: Field) =>
    unitChanges.filter(({ field }) => field.test(wordsOf(name).join('_')));
  const field = chooseField(scene, focus, (field) => numeric(field) && changesOf(field).length > 0);
  if (field === undefined) return undefined;
  const { factor, names } = random.pick(changesOf(field));
  const words = wordsOf(field.name).join('_');
  const name = random
    .pick(names)
    .replace('%base', words.replace(/_[a-z]+$/, ''))
    .replace('%', words);
  const scaled = (value: Json): Json | undefined => {
    const number = numberOf(value);
    return number === undefined || number === 0 ? undefined : Number((number * factor).toFixed(0));
  };
  return instead(scene, field, `${name}, times ${factor}`, { [name]: scaled });
};

const business: Draw = (scene, focus) => {
  const { random } = scene;
  const waysOf = ({ name }: Field) => computed.filter(({ field }) => field.test(wordsOf(name).join('_')));
  const field = chooseField(scene, focus, (field) => numeric(field) && waysOf(field).length > 0);
  if (field === undefined) return undefined;
  const { what, parts } = random.pick(waysOf(field));
  const style = caseStyles[random.pick(commonStyles)];
  const isWhole = field.values.every((value) => Number.isInteger(numberOf(value)));
  const part = (share: number) => (value: Json) => {
    const number = numberOf(value);
    return number === undefined ? undefined : Number(((number * share) / 100).toFixed(isWhole ? 0 : 2));
  };
  const others = Object.entries(parts).map(([name, share]) => [style(wordsOf(name)), part(share)] as const);
  return instead(scene, field, what, Object.fromEntries(others));
};

/** Of a sender of whom no more is known, 03/04/2026 is the third of April and the fourth of March. */
const ambiguousDate: Draw = (scene, focus) => {
  const { random } = scene;
  const isEarly = (value: Json) => typeof value === 'string' && /^\d{4}-\d\d-(0[1-9]|1[0-2])/.test(value);
  const field = chooseField(
    scene,
    focus,
    ({ format, values }) => (format === 'date-time' || format === 'date') && values.every(isEarly),
  );
  if (field === undefined) return undefined;
  const [separator, dayFirst, time, short] = [
    random.pick(['/', '-', '/']),
    random.chance(0.5),
    random.chance(0.6),
    random.chance(0.2),
  ];
  const write = (value: Json): Json | undefined => {
    const match =
      typeof value === 'string' ? /^(\d{4})-(\d\d)-(\d\d)(?:T(\d\d:\d\d:\d\d))?/.exec(value) : null;
    if (match === null || match[2] === match[3] || Number(match[3]) > 12) return undefined;
    const [, year, month, day, clock] = match as unknown as string[];
    const parts = dayFirst ? [day, month] : [month, day];
    const date = [...parts, short ? year!.slice(2) : year].join(separator);
    return clock === undefined || !time ? date : `${date} ${clock}`;
  };
  return {
    style: `${dayFirst ? 'day' : 'month'} first, with ${separator}`,
    touches: [pointer(field.path)],
    apply: (event) => replaced(event, field.path, write),
    inverse,
  };
};

/** 1,234 is a thousand to some and a little more than one to others. */
const ambiguousNumber: Draw = (scene, focus) => {
  const field = chooseField(
    scene,
    focus,
    (field) => numeric(field) && (field.types.has('number') || field.types.has('integer')),
  );
  if (field === undefined) return undefined;
  const separator = scene.random.pick([',', '.', ',']);
  if (separator === '.' && (field.format === 'decimal' || !field.types.has('integer'))) return undefined;
  const write = (value: Json): Json | undefined => {
    const number = numberOf(value);
    if (number === undefined) return undefined;
    const whole = 1000 + (Math.round(number * 7) % 900_000);
    return `${Math.floor(whole / 1000)}${separator}${String(whole % 1000).padStart(3, '0')}`;
  };
  return {
    style: `grouped by ${separator}, or not`,
    touches: [pointer(field.path)],
    apply: (event) => replaced(event, field.path, write),
    inverse,
  };
};

/** What was cut off on the way, or overwritten. */
const corruptions: Readonly<Record<string, (text: string) => string>> = {
  'cut short': (text) => text.slice(0, Math.max(1, Math.floor(text.length * 0.6))),
  'first half lost': (text) => text.slice(Math.ceil(text.length / 2)),
  'ends in dots': (text) => `${text.slice(0, Math.max(1, Math.floor(text.length * 0.7)))}...`,
  masked: (text) => `${text.slice(0, 1)}${'*'.repeat(Math.max(3, text.length - 2))}${text.slice(-1)}`,
  'letters for digits': (text) => text.replaceAll('0', 'O').replaceAll('1', 'l'),
  'bad encoding': (text) =>
    `${text.slice(0, Math.floor(text.length / 2))}\uFFFD${text.slice(Math.floor(text.length / 2) + 1)}`,
  'with a unit': (text) => `${text} approx.`,
  garbled: (text) => text.split('').toReversed().join(''),
};

const corrupted: Draw = (scene, focus) => {
  const isScalar = (value: Json) =>
    typeof value === 'number' || (typeof value === 'string' && value.length > 2);
  const field = chooseField(
    scene,
    focus,
    ({ values, format, listed, types }) =>
      values.every(isScalar) && (format !== undefined || listed !== undefined || !types.has('string')),
  );
  if (field === undefined) return undefined;
  const style = scene.random.pick(Object.keys(corruptions));
  return {
    style,
    touches: [pointer(field.path)],
    apply: (event) =>
      replaced(event, field.path, (value) => {
        const text = asText(value);
        const damaged = corruptions[style]!(text);
        // What still spells a number could be that number as text: nobody can tell.
        return damaged === text || /^-?\d+(\.\d+)?$/.test(damaged) ? undefined : damaged;
      }),
    inverse,
  };
};

const corruptedJson: Draw = (scene, focus) => {
  const field = chooseField(scene, focus, ({ values }) => values.every(isObject));
  if (field === undefined) return undefined;
  const kept = scene.random.integer(20, 95) / 100;
  return {
    style: `JSON text, cut at ${Math.round(kept * 100)} %`,
    touches: [pointer(field.path)],
    apply: (event) =>
      replaced(event, field.path, (value) => {
        const text = JSON.stringify(value);
        return text.slice(0, Math.floor(text.length * kept));
      }),
    inverse,
  };
};

/** Which of them? */
const several: Draw = (scene, focus) => {
  const field = chooseField(
    scene,
    focus,
    ({ values, types }) => !types.has('array') && !values.some(Array.isArray),
  );
  if (field === undefined) return undefined;
  const first = scene.random.chance(0.5);
  return {
    style: 'two for one',
    touches: [pointer(field.path)],
    apply: (event) =>
      replaced(event, field.path, (value) => {
        const other = another(value);
        return other === undefined ? undefined : first ? [value, other] : [other, value];
      }),
    inverse,
  };
};

const unknownMembers = [
  'other',
  'legacy',
  'UNKNOWN',
  'misc',
  'custom',
  'v2',
  'n/a',
  'default',
  'undefined',
  'archived_v2',
];

const unknownMember: Draw = (scene, focus) => {
  const field = chooseField(scene, focus, ({ listed }) => listed !== undefined);
  if (field === undefined) return undefined;
  const member = scene.random.pick(unknownMembers);
  return {
    style: `${member}, which is not listed`,
    touches: [pointer(field.path)],
    apply: (event) => replaced(event, field.path, () => member),
    inverse,
  };
};

/** No cast brings the value back. */
const lossy: Draw = (scene, focus) => {
  const field = chooseField(
    scene,
    focus,
    ({ values }) => values.every((value) => typeof value === 'boolean') || values.every(Number.isInteger),
  );
  if (field === undefined) return undefined;
  const isFlag = typeof field.values[0] === 'boolean';
  const style = scene.random.pick(
    isFlag
      ? ['maybe', 'half', 'a count', 'pending']
      : ['a fraction', 'a range', 'about', 'an exponent', 'a bound'],
  );
  const written: Readonly<Record<string, (value: Json) => Json>> = {
    maybe: () => 'maybe',
    half: () => 0.5,
    'a count': () => 7,
    pending: () => 'pending',
    'a fraction': (value) => Number(value) + 0.4,
    'a range': (value) => `${Number(value) - 3}-${Number(value) + 5}`,
    about: (value) => `~${Number(value) + 2}`,
    'an exponent': (value) => Number(value).toExponential(1),
    'a bound': (value) => `${Math.max(10, Math.floor(Number(value) / 10) * 10)}+`,
  };
  return {
    style,
    touches: [pointer(field.path)],
    apply: (event) =>
      replaced(event, field.path, (value) => {
        const text = written[style]!(value);
        return Number(text) === value ? undefined : text;
      }),
    inverse,
  };
};

export const unrecoverables: Mutation[] = [
  { kind: 'missing.left_out', expected: 'refuse', weight: 3, draw: missing },
  { kind: 'missing.placeholder', expected: 'refuse', weight: 2, draw: placeholder },
  { kind: 'ambiguous.date', expected: 'refuse', weight: 2, draw: ambiguousDate },
  { kind: 'ambiguous.number', expected: 'refuse', weight: 1, draw: ambiguousNumber },
  { kind: 'ambiguous.several', expected: 'refuse', weight: 2, draw: several },
  { kind: 'unit.scaled', expected: 'refuse', weight: 4, draw: unit },
  { kind: 'business.computed', expected: 'refuse', weight: 4, draw: business },
  { kind: 'semantic.name', expected: 'refuse', weight: 5, draw: semantic },
  { kind: 'semantic.container', expected: 'refuse', weight: 3, draw: elsewhere },
  { kind: 'semantic.null', expected: 'refuse', weight: 2, draw: nullBeside },
  { kind: 'corrupt.value', expected: 'refuse', weight: 2, draw: corrupted },
  { kind: 'corrupt.json', expected: 'refuse', weight: 1, draw: corruptedJson },
  { kind: 'corrupt.member', expected: 'refuse', weight: 1, draw: unknownMember },
  { kind: 'corrupt.lossy', expected: 'refuse', weight: 1, draw: lossy },
];
