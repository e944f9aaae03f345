import { asText } from '../as-text.ts';
import type { Json } from '../../../src/model/json.ts';
import { isDeclared } from '../../../src/repair/plans/schema-paths.ts';
import type { Draw, Mutation } from '../drift.ts';
import { type Field, isText } from '../fields.ts';
import { caseStyles, commonStyles, wordsOf } from '../names.ts';
import { edited, pointer } from '../paths.ts';
import { chooseField } from './relocate.ts';

/** Values that senders deliver in two fields; `%` is the name of the one that it was. */
const splits: readonly { separator: string; fits: RegExp; names: readonly (readonly [string, string])[] }[] =
  [
    {
      separator: '@',
      fits: /^[^@\s]+@[^@\s]+$/,
      names: [
        ['%_local', '%_domain'],
        ['%_user', '%_host'],
        ['mailbox', 'domain'],
      ],
    },
    {
      separator: 'T',
      fits: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/,
      names: [
        ['%_date', '%_time'],
        ['%_day', '%_clock'],
        ['date', 'time'],
      ],
    },
    {
      separator: '/',
      fits: /^[\w.-]+\/[\w.-]+$/,
      names: [
        ['namespace', '%_slug'],
        ['%_owner', '%_repo'],
        ['workspace', 'repo_slug'],
      ],
    },
    {
      separator: ' ',
      fits: /^[^\s]+ [^\s]+$/,
      names: [
        ['%_1', '%_2'],
        ['first_%', 'last_%'],
        ['%_first', '%_rest'],
      ],
    },
    {
      separator: '-',
      fits: /^[A-Za-z\d]+-[A-Za-z\d]+$/,
      names: [
        ['%_prefix', '%_number'],
        ['%_series', '%_serial'],
      ],
    },
    {
      separator: '://',
      fits: /^https?:\/\/(?!.*:\/\/)[^\s]+$/,
      names: [
        ['%_scheme', '%_path'],
        ['%_protocol', '%_address'],
      ],
    },
  ];

const split: Draw = (scene, focus) => {
  const field = chooseField(scene, focus, isText);
  if (field === undefined) return undefined;
  const { random, subject } = scene;
  const fitting = splits.filter(({ fits }) => field.values.every((value) => fits.test(asText(value))));
  if (fitting.length === 0) return undefined;
  const { separator, fits, names } = random.pick(fitting);
  const style = caseStyles[random.pick(commonStyles)];
  const holder = field.path.slice(0, -1);
  const parts = random.pick(names).map((name) => style(wordsOf(name.replace('%', field.name))));
  const targets = parts.map((name) => [...holder, name]);
  if (targets.some((path) => isDeclared(subject.contract.jsonSchema, path))) return undefined;
  return {
    style: `at ${JSON.stringify(separator)}`,
    touches: [pointer(field.path), ...targets.map(pointer)],
    apply: (event) =>
      edited(event, field.path, (parent, name) => {
        const value = parent[name];
        if (typeof value !== 'string' || !fits.test(value)) return false;
        if (parts.some((part) => Object.hasOwn(parent, part))) return false;
        delete parent[name];
        const pieces = value.split(separator);
        for (const [at, part] of parts.entries()) parent[part] = pieces[at]!;
        return pieces.length === parts.length;
      }),
    inverse: [{ op: 'join', from: targets.map(pointer), separator, to: pointer(field.path) }],
  };
};

const separators = [' ', '|', ':', ', ', '/', ' - ', ';', '_', '#'] as const;

/** Texts come out of a split; where the contract takes a number as text, numbers may go in. */
const isMergeable = ({ values, types }: Field): boolean =>
  types.has('string') && values.every((value) => textOf(value) !== undefined);

function textOf(value: Json | undefined): string | undefined {
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' && value !== '' && value.length <= 60 ? value : undefined;
}

const merge: Draw = (scene, focus) => {
  const { random, fields, subject } = scene;
  const first = chooseField(scene, focus, isMergeable);
  if (first === undefined) return undefined;
  const holder = first.path.slice(0, -1);
  const beside = fields.filter(
    (field) =>
      field !== first &&
      field.required &&
      isMergeable(field) &&
      pointer(field.path.slice(0, -1)) === pointer(holder),
  );
  const separator = random.pick(separators);
  if (beside.length === 0) return undefined;
  const second = random.pick(beside);
  const words = [...wordsOf(first.name), ...(random.chance(0.3) ? ['and'] : []), ...wordsOf(second.name)];
  const name = random.chance(0.15) ? first.name : caseStyles[random.pick(commonStyles)](words);
  const target = [...holder, name];
  if (name !== first.name && isDeclared(subject.contract.jsonSchema, target)) return undefined;
  return {
    style: `${name === first.name ? 'in the first field' : 'in a new field'}, with ${JSON.stringify(separator)}`,
    touches: [first.path, second.path, target].map(pointer),
    apply: (event) =>
      edited(event, first.path, (parent) => {
        const texts = [textOf(parent[first.name]), textOf(parent[second.name])];
        if (texts.some((text) => text === undefined || text.includes(separator))) return false;
        delete parent[first.name];
        delete parent[second.name];
        if (Object.hasOwn(parent, name)) return false;
        parent[name] = texts.join(separator);
        return true;
      }),
    inverse: [
      { op: 'split', from: pointer(target), separator, to: [pointer(first.path), pointer(second.path)] },
    ],
  };
};

export const splitsAndMerges: Mutation[] = [
  { kind: 'split', expected: 'repair', weight: 2, draw: split },
  { kind: 'merge', expected: 'repair', weight: 2, draw: merge },
];
