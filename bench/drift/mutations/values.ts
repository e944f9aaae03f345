import { asText } from '../as-text.ts';
import { type Json, isObject } from '../../../src/model/json.ts';
import type { Operation } from '../../../src/model/plan.ts';
import type { Draw, Drift, Mutation, Scene } from '../drift.ts';
import { type Field, isText } from '../fields.ts';
import { caseStyles, wordsOf } from '../names.ts';
import { pointer, replaced } from '../paths.ts';
import { namesZone } from '../zone.ts';
import { dateStyles } from './date-styles.ts';
import { chooseField } from './relocate.ts';

/** The field stays where it is; its value is written in another way. */
function rewritten(
  field: Field,
  style: string,
  write: (value: Json) => Json | undefined,
  inverse: Operation[],
): Drift {
  return {
    style,
    touches: [pointer(field.path)],
    apply: (event) => replaced(event, field.path, write),
    inverse,
  };
}

/** A value in place; `null` values of nullable fields stay null. */
const unlessNull =
  (write: (value: Json) => Json | undefined) =>
  (value: Json): Json | undefined =>
    value === null ? null : write(value);

const numberAsText: Draw = (scene, focus) => {
  const field = chooseField(scene, focus, ({ values }) => values.every((value) => typeof value === 'number'));
  if (field === undefined) return undefined;
  const isWhole = field.types.has('integer') && !field.types.has('number');
  return rewritten(
    field,
    isWhole ? 'integer as text' : 'number as text',
    unlessNull((value) => (typeof value === 'number' ? String(value) : undefined)),
    [{ op: 'cast', path: pointer(field.path), to: isWhole ? 'integer' : 'number' }],
  );
};

const booleanAsText: Draw = (scene, focus) => {
  const field = chooseField(scene, focus, isBoolean);
  if (field === undefined) return undefined;
  const style = scene.random.pick(['true', 'True', 'TRUE', 'true']);
  const spell = (text: string) =>
    style === 'TRUE' ? text.toUpperCase() : style === 'True' ? text[0]!.toUpperCase() + text.slice(1) : text;
  return rewritten(
    field,
    `boolean as ${style}`,
    unlessNull((value) => (typeof value === 'boolean' ? spell(String(value)) : undefined)),
    [{ op: 'cast', path: pointer(field.path), to: 'boolean' }],
  );
};

const textAsNumber: Draw = (scene, focus) => {
  const isNumeral = (value: Json) => typeof value === 'string' && /^[1-9]\d{0,14}$/.test(value);
  const field = chooseField(scene, focus, ({ values }) => values.every(isNumeral));
  if (field === undefined) return undefined;
  return rewritten(field, 'text as number', (value) => (isNumeral(value) ? Number(value) : undefined), [
    { op: 'cast', path: pointer(field.path), to: 'string' },
  ]);
};

const booleanWords: readonly (readonly [Json, Json])[] = [
  [1, 0],
  ['1', '0'],
  ['yes', 'no'],
  ['Y', 'N'],
  ['on', 'off'],
  ['t', 'f'],
  ['Yes', 'No'],
  ['y', 'n'],
];

const booleanAsWord: Draw = (scene, focus) => {
  const field = chooseField(scene, focus, isBoolean);
  if (field === undefined) return undefined;
  const [yes, no] = scene.random.pick(booleanWords);
  return rewritten(
    field,
    `boolean as ${JSON.stringify(yes)} or ${JSON.stringify(no)}`,
    unlessNull((value) => (typeof value === 'boolean' ? (value ? yes : no) : undefined)),
    [{ op: 'map', path: pointer(field.path), values: { [asText(yes)]: true, [asText(no)]: false } }],
  );
};

function isBoolean({ values }: Field): boolean {
  return values.every((value) => typeof value === 'boolean');
}

const enumSpellings: Readonly<Record<string, (words: string[]) => string>> = {
  'UPPER CASE': caseStyles.screaming,
  Capitals: caseStyles.pascal,
  dashes: caseStyles.kebab,
  spaces: (words) => words.join(' '),
  'Title Case': caseStyles.title,
  camelCase: caseStyles.camel,
  'UPPER WITH SPACES': (words) => words.join(' ').toUpperCase(),
  'lower case': caseStyles.snake,
  'Upper first': (words) => words.join(' ').replace(/^./, (letter) => letter.toUpperCase()),
};

const enumSpelling: Draw = (scene, focus) => {
  const field = chooseField(scene, focus, (field) => field.listed !== undefined && isText(field));
  if (field === undefined) return undefined;
  const style = scene.random.pick(Object.keys(enumSpellings));
  const respell = (text: string) => enumSpellings[style]!(wordsOf(text));
  const listed = field.listed!.filter((value) => typeof value === 'string');
  const values = Object.fromEntries(listed.map((value) => [respell(value), value]));
  // Two members that are one word in this spelling can't be told apart.
  if (Object.keys(values).length !== listed.length || listed.length > 256) return undefined;
  return rewritten(
    field,
    style,
    unlessNull((value) => (typeof value === 'string' ? respell(value) : undefined)),
    [{ op: 'map', path: pointer(field.path), values }],
  );
};

const dateFormat: Draw = (scene, focus) => dated(scene, focus, false);

/** A moment without its zone: nobody can tell which it was, unless the event names the zone. */
const zoneless: Draw = (scene, focus) => {
  const drift = namesZone(scene.event) ? undefined : dated(scene, focus, true);
  return drift && { ...drift, inverse: [] };
};

function dated(scene: Scene, focus: Field | undefined, lacksZone: boolean): Drift | undefined {
  const field = chooseField(
    scene,
    focus,
    (field) => (field.format === 'date-time' || field.format === 'date') && isText(field),
  );
  if (field === undefined) return undefined;
  const to = field.format === 'date' ? 'date' : 'datetime';
  const styles = dateStyles.filter((style) => style.kind === to && (style.lacksZone ?? false) === lacksZone);
  const style = styles.length === 0 ? undefined : scene.random.pick(styles);
  const path = pointer(field.path);
  // 05/15 is one day, 05/06 is two: only a sender whose first event tells can be understood.
  if (style === undefined) return undefined;
  if (style.needsLateDay && !field.values.some((value) => Number(asText(value).slice(8, 10)) > 12))
    return undefined;
  return rewritten(
    field,
    style.name,
    unlessNull((value) => (typeof value === 'string' ? style.write(value) : undefined)),
    [{ op: 'cast', path, to, format: style.format }],
  );
}

const wrapped: Draw = (scene, focus) => {
  const field = chooseField(
    scene,
    focus,
    ({ values, types }) => !values.some(Array.isArray) && !types.has('array'),
  );
  if (field === undefined) return undefined;
  const isWhole = isObject(field.values[0]);
  return rewritten(field, isWhole ? 'object in an array' : 'value in an array', (value) => [value], [
    { op: 'unwrap', path: pointer(field.path) },
  ]);
};

const unwrapped: Draw = (scene, focus) => {
  const isLone = (value: Json): value is Json[] => Array.isArray(value) && value.length === 1;
  const field = chooseField(scene, focus, ({ values }) => values.every(isLone));
  if (field === undefined) return undefined;
  return rewritten(field, 'array of one as its element', (value) => (isLone(value) ? value[0] : undefined), [
    { op: 'wrap', path: pointer(field.path) },
  ]);
};

const jsonText: Draw = (scene, focus) => {
  const isWhole = (value: Json) => typeof value === 'object' && value !== null;
  const field = chooseField(scene, focus, ({ values }) => values.every(isWhole));
  if (field === undefined) return undefined;
  const indent = scene.random.chance(0.2) ? 2 : 0;
  return rewritten(
    field,
    `${Array.isArray(field.values[0]) ? 'array' : 'object'} as text${indent > 0 ? ', indented' : ''}`,
    (value) => (isWhole(value) ? JSON.stringify(value, null, indent) : undefined),
    [{ op: 'parse', path: pointer(field.path) }],
  );
};

export const valueMutations: Mutation[] = [
  { kind: 'cast.number_as_text', expected: 'repair', weight: 2, draw: numberAsText },
  { kind: 'cast.boolean_as_text', expected: 'repair', weight: 2, draw: booleanAsText },
  { kind: 'cast.text_as_number', expected: 'repair', weight: 1, draw: textAsNumber },
  { kind: 'cast.boolean_as_word', expected: 'repair', weight: 1, draw: booleanAsWord },
  { kind: 'enum.spelling', expected: 'repair', weight: 3, draw: enumSpelling },
  { kind: 'date.format', expected: 'repair', weight: 3, draw: dateFormat },
  { kind: 'date.no_zone', expected: 'refuse', weight: 2, draw: zoneless },
  { kind: 'wrap.wrapped', expected: 'repair', weight: 2, draw: wrapped },
  { kind: 'wrap.unwrapped', expected: 'repair', weight: 1, draw: unwrapped },
  { kind: 'json_text.field', expected: 'repair', weight: 2, draw: jsonText },
];
