import { type JsonObject, isObject } from '../../../src/model/json.ts';
import type { Operation } from '../../../src/model/plan.ts';
import { isDeclared } from '../../../src/repair/plans/schema-paths.ts';
import type { Draw, Mutation } from '../drift.ts';
import { caseStyles, commonStyles, wordsOf } from '../names.ts';
import { edited, objectsAt, pointer, putWithin } from '../paths.ts';
import { planLimits } from '../../../src/repair/plans/parse-plan.ts';
import { entityPrefixes } from '../vocabulary/affixes.ts';
import { asideContainers, partContainers, wholeContainers } from '../vocabulary/containers.ts';
import { chooseField, relocated } from './relocate.ts';

const one: Draw = (scene, focus) => {
  const field = chooseField(scene, focus);
  if (field === undefined) return undefined;
  const { random, subject } = scene;
  const entity = entityPrefixes[subject.contract.name]?.[0] ?? 'event';
  const [first, ...rest] = wordsOf(field.name);
  // `customer_email` → `customer.email`, as most do who nest a field that is named so.
  if (rest.length > 0 && random.chance(0.4))
    return relocated(scene, field, [first!, rest.join('_')], 'by its words');
  const container = random.pick([...partContainers, [entity]]);
  return relocated(scene, field, [...container, field.name], `into ${container.join('.')}`);
};

/** A lone field of that name among what is said about the event: nothing says that it is the event's. */
const aside: Draw = (scene, focus) => {
  const field = chooseField(scene, focus);
  if (field === undefined) return undefined;
  const container = scene.random.pick(asideContainers);
  const drift = relocated(scene, field, [...container, field.name], `into ${container.join('.')}`);
  return drift && { ...drift, inverse: [] };
};

/** The whole payload a level deeper; its names may change their case on the way. */
function whole(style: 'as they are' | 'another case'): Draw {
  return ({ event, random, subject }, focus) => {
    if (focus !== undefined) return undefined;
    const container = random.pick(wholeContainers);
    const isKept = (name: string) => envelope.has(name);
    const names = Object.keys(event).filter((name) => !isKept(name));
    const root = subject.contract.jsonSchema;
    if (isDeclared(root, container.slice(0, 1)) || names.length > planLimits.operations) return undefined;
    const spelling = style === 'as they are' ? undefined : caseStyles[random.pick(commonStyles)];
    const inner = (name: string) => (spelling === undefined ? name : spelling(wordsOf(name)));
    const declared = names.filter((name) => isDeclared(root, [name]));
    const inverse = declared.map((name): Operation => ({
      op: 'move',
      from: pointer([...container, inner(name)]),
      to: pointer([name]),
    }));
    return {
      style: `all into ${container.join('.')}, ${style}`,
      touches: [''],
      apply(event) {
        const outer: JsonObject = {};
        for (const [name, value] of Object.entries(structuredClone(event)))
          if (!putWithin(outer, isKept(name) ? [name] : [...container, inner(name)], value)) return undefined;
        return outer;
      },
      inverse,
    };
  };
}

/** What senders leave on top when they wrap the rest. */
const envelope = new Set(['event_id', 'timestamp', 'version', 'source', 'type']);

/** A declared object and some of its fields, now in an object within it. */
const some: Draw = ({ fields, random, subject, event }, focus) => {
  if (focus !== undefined) return undefined;
  const { jsonSchema } = subject.contract;
  const holders = fields.filter(({ values, path }) => values.every(isObject) && !path.includes('*'));
  const path = holders.length > 0 && random.chance(0.6) ? random.pick(holders).path : [];
  const container = random.pick(partContainers);
  const [holder] = objectsAt(event, path);
  if (holder === undefined || isDeclared(jsonSchema, [...path, container[0]!])) return undefined;
  const inside = fields.filter(
    (field) =>
      field.required &&
      field.path.length === path.length + 1 &&
      pointer(field.path).startsWith(pointer(path)),
  );
  const names = random.shuffled(inside.map(({ name }) => name)).slice(0, random.integer(2, 4));
  if (names.length < 2) return undefined;
  return {
    style: `${names.length} into ${container.join('.')}`,
    touches: [...names.map((name) => pointer([...path, name])), pointer([...path, ...container])],
    apply: (event) =>
      edited(event, [...path, names[0]!], (parent) =>
        names.every((name) => {
          const value = parent[name];
          delete parent[name];
          return value !== undefined && putWithin(parent, [...container, name], value);
        }),
      ),
    inverse: names.map((name) => ({
      op: 'move',
      from: pointer([...path, ...container, name]),
      to: pointer([...path, name]),
    })),
  };
};

export const nests: Mutation[] = [
  { kind: 'nest.one', expected: 'repair', weight: 3, draw: one },
  { kind: 'nest.aside', expected: 'refuse', weight: 1, draw: aside },
  { kind: 'nest.some', expected: 'repair', weight: 2, draw: some },
  { kind: 'nest.whole', expected: 'repair', weight: 2, draw: whole('as they are') },
  { kind: 'nest.whole_case', expected: 'repair', weight: 1, draw: whole('another case') },
];
