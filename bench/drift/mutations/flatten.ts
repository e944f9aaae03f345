import { isObject } from '../../../src/model/json.ts';
import { planLimits } from '../../../src/repair/plans/parse-plan.ts';
import type { Operation } from '../../../src/model/plan.ts';
import { isDeclared } from '../../../src/repair/plans/schema-paths.ts';
import type { Draw, Mutation, Scene } from '../drift.ts';
import type { Field } from '../fields.ts';
import { caseStyles, wordsOf } from '../names.ts';
import { edited, pointer, putWithin } from '../paths.ts';
import { chooseField } from './relocate.ts';

/** How a field and the object that held it make one name. */
const joins = {
  underscore: (object: string, name: string) => `${object}_${name}`,
  dot: (object: string, name: string) => `${object}.${name}`,
  'two underscores': (object: string, name: string) => `${object}__${name}`,
  camelCase: (object: string, name: string) => caseStyles.camel([...wordsOf(object), ...wordsOf(name)]),
  dash: (object: string, name: string) => `${object}-${name}`,
  brackets: (object: string, name: string) => `${object}[${name}]`,
  slash: (object: string, name: string) => `${object}/${name}`,
} as const;

/** One field out of its object, which stays. */
function lifted(name: (field: Field, scene: Scene) => { name: string; style: string }): Draw {
  return (scene, focus) => {
    const field = chooseField(scene, focus, ({ path }) => path.length > 1 && path.at(-2) !== '*');
    if (field === undefined) return undefined;
    const object = field.path.at(-2)!;
    const holder = field.path.slice(0, -2);
    const { name: lone, style } = name(field, scene);
    const target = [...holder, lone];
    if (isDeclared(scene.subject.contract.jsonSchema, target)) return undefined;
    return {
      style,
      touches: [pointer(field.path), pointer(target)],
      apply: (event) =>
        edited(event, [...holder, object], (parent) => {
          const inner = parent[object];
          if (!isObject(inner) || !Object.hasOwn(inner, field.name)) return false;
          const value = inner[field.name]!;
          delete inner[field.name];
          return putWithin(parent, [lone], value);
        }),
      inverse: [{ op: 'move', from: pointer(target), to: pointer(field.path) }],
    };
  };
}

const joined = lifted((field, { random }) => {
  const style = random.pick(Object.keys(joins) as (keyof typeof joins)[]);
  return { name: joins[style](field.path.at(-2)!, field.name), style };
});

/** An object whose fields are all beside it now, and which is gone. */
const whole: Draw = ({ fields, random, subject }, focus) => {
  const { jsonSchema } = subject.contract;
  const fits = ({ values, path, required }: Field) =>
    required &&
    !path.includes('*') &&
    values.every((value) => isObject(value) && Object.keys(value).length > 0) &&
    Object.keys(values[0]!).length <= planLimits.operations / 2;
  const objects = fields.filter((field) => (focus === undefined || field === focus) && fits(field));
  if (objects.length === 0) return undefined;
  const { path, name: object, values } = random.pick(objects);
  const style = random.pick([
    ...(Object.keys(joins) as (keyof typeof joins)[]),
    'underscore',
    'dot',
  ] as const);
  const holder = path.slice(0, -1);
  const names = Object.keys(values[0] as object).filter((name) => isDeclared(jsonSchema, [...path, name]));
  if (names.some((name) => isDeclared(jsonSchema, [...holder, joins[style](object, name)]))) return undefined;
  return {
    style: `whole, ${style}`,
    touches: [pointer(path)],
    apply: (event) =>
      edited(event, path, (parent) => {
        const inner = parent[object];
        if (!isObject(inner)) return false;
        delete parent[object];
        return Object.entries(inner).every(([name, value]) =>
          putWithin(parent, [joins[style](object, name)], value),
        );
      }),
    inverse: names.map((name): Operation => ({
      op: 'move',
      from: pointer([...holder, joins[style](object, name)]),
      to: pointer([...path, name]),
    })),
  };
};

const bare = lifted(({ name }) => ({ name, style: 'by its own name' }));

export const flattens: Mutation[] = [
  { kind: 'flatten.one', expected: 'repair', weight: 3, draw: joined },
  { kind: 'flatten.bare', expected: 'repair', weight: 1, draw: bare },
  { kind: 'flatten.whole', expected: 'repair', weight: 3, draw: whole },
];
