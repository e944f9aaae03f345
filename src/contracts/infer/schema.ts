import type { Json, JsonObject } from '../../model/json.ts';
import { setOwn } from '../../model/json.ts';
import { knownByOthers } from './alike.ts';
import { type Profile, merged } from './profile.ts';
import { textSchema } from './texts.ts';

/** Deeper objects and lists are taken as they come. */
const maxDepth = 24;

/** See `knownByOthers`. */
type Kinds = ReadonlyMap<Profile, ReadonlySet<string>>;

/** The schema of an event as events were seen, with the counts behind each choice as `$comment`. */
export const eventSchema = (root: Profile): JsonObject => objectSchema(root, 0, knownByOthers(root));

function schemaOfProfile(profile: Profile, name: string, depth: number, of: Kinds): JsonObject {
  const kinds = kindsOf(profile, name, depth, of);
  const nulls = profile.nulls > 0 ? `null in ${profile.nulls} of ${profile.count}` : undefined;
  if (kinds.length === 0) return nulls === undefined ? {} : { $comment: 'always null so far' };
  const [first, ...others] = kinds;
  if (others.length === 0) return nulls === undefined ? first! : orNull(first!, nulls);
  const simple = kinds.every((kind) =>
    Object.keys(kind).every((key) => key === 'type' || key === '$comment'),
  );
  const types = [...kinds.map((kind) => kind['type']!), ...(nulls === undefined ? [] : ['null'])];
  const $comment = [`several types: ${kindCounts(profile)}`, nulls].filter(Boolean).join('; ');
  if (simple) return { $comment, type: types };
  return { $comment, anyOf: nulls === undefined ? kinds : [...kinds, { type: 'null' }] };
}

/** A schema for each JSON type that was seen, but null. */
function kindsOf(profile: Profile, name: string, depth: number, of: Kinds): JsonObject[] {
  const kinds: JsonObject[] = [];
  if (profile.texts > 0) kinds.push(textSchema(profile, name));
  if (profile.fractions > 0) kinds.push(numberSchema(profile));
  else if (profile.integers > 0) kinds.push({ type: 'integer' });
  if (profile.booleans > 0) kinds.push({ type: 'boolean' });
  if (profile.objects > 0) kinds.push(objectSchema(profile, depth, of));
  if (profile.arrays > 0) kinds.push(listSchema(profile, name, depth, of));
  return kinds;
}

const kindCounts = ({ texts, integers, fractions, booleans, objects, arrays }: Profile): string =>
  Object.entries({ text: texts, numbers: integers + fractions, booleans, objects, lists: arrays })
    .filter(([, count]) => count > 0)
    .map(([kind, count]) => `${count} ${kind}`)
    .join(', ');

function orNull(schema: JsonObject, nulls: string): JsonObject {
  const { $comment, type, ...rest } = schema;
  const values: JsonObject = Array.isArray(rest['enum']) ? { enum: [...rest['enum'], null] } : {};
  const said = [$comment, nulls].filter((text) => typeof text === 'string').join('; ');
  return { $comment: said, type: [type as Json, 'null'], ...rest, ...values };
}

/** Up to two digits after the point are taken for money, and four for a price or a rate: exact columns. */
function numberSchema({ scale, fractions, integers }: Profile): JsonObject {
  const seen = `${fractions} of ${fractions + integers} with a fraction`;
  if (scale > 4) return { $comment: `${seen}, too fine for a decimal column`, type: 'number' };
  const [step, digits] = scale <= 2 ? [0.01, 2] : [0.0001, 4];
  return {
    $comment: `${seen}, at most ${scale} digits after the point: a decimal with ${digits}`,
    type: 'number',
    multipleOf: step,
  };
}

function listSchema({ items }: Profile, name: string, depth: number, of: Kinds): JsonObject {
  if (items === undefined || items.count === 0) return { $comment: 'always empty so far', type: 'array' };
  return depth >= maxDepth
    ? { type: 'array' }
    : { type: 'array', items: schemaOfProfile(items, name, depth + 1, of) };
}

function objectSchema(profile: Profile, depth: number, of: Kinds): JsonObject {
  const { fields, objects } = profile;
  if (depth >= maxDepth) return { type: 'object' };
  if (fields.size === 0) return { $comment: 'always empty so far', type: 'object' };
  if (isMap(profile)) {
    const values = schemaOfProfile(merged(fields.values()), '', depth + 1, of);
    return {
      $comment: `${fields.size} names in ${objects} objects: taken for data, not for fields`,
      type: 'object',
      additionalProperties: values,
    };
  }
  const properties: JsonObject = {};
  const required: string[] = [];
  for (const [name, field] of fields) {
    const schema = schemaOfProfile(field, name, depth + 1, of);
    const must = isRequired(name, field, objects, of.get(profile));
    if (must) required.push(name);
    setOwn(properties, name, must ? schema : withShare(schema, field.count, objects));
  }
  return { type: 'object', ...(required.length === 0 ? {} : { required }), properties };
}

/** So many objects without a gap show that a field is always there. */
const enoughObjects = 4;

/** Fields by which an event or a part of it is known: senders leave them out last. */
const core =
  /^(?:id|uuid|guid|type|kind|object|event|topic|action|name|status|currency)$|[_-]?(?:event|message|request)[_-]?(?:id|type|name|code)$|_id$|[a-z]Id$|^(?:created|occurred)(?:_at|At)?$|^timestamp$/;

/** Few samples show few gaps; then other objects of the kind tell. */
const isRequired = (
  name: string,
  field: Profile,
  objects: number,
  always: ReadonlySet<string> | undefined,
): boolean =>
  field.count === objects &&
  (objects >= enoughObjects || (field.nulls === 0 && core.test(name)) || always?.has(name) === true);

const withShare = ({ $comment, ...schema }: JsonObject, count: number, of: number): JsonObject => ({
  $comment: [`optional: in ${count === of ? `all ${of}, which are few` : `${count} of ${of}`}`, $comment]
    .filter((text) => typeof text === 'string')
    .join('; '),
  ...schema,
});

const idName = /^(?:\d+|[\da-f]{8}-[\da-f-]{27}|.*\d{4,}.*)$/i;
const mostFieldsOfObject = 400;

/** Whether an object's names are data: ids, or many of which each object has a few. */
function isMap({ fields, objects }: Profile): boolean {
  const names = [...fields.keys()];
  if (names.length > mostFieldsOfObject) return true;
  if (names.length >= 2 && names.every((name) => idName.test(name))) return true;
  const uses = [...fields.values()].reduce((sum, field) => sum + field.count, 0);
  return objects >= 10 && names.length >= 20 && uses / objects < names.length / 10;
}
