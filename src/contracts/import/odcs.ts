import { type Json, type JsonObject, isObject, setOwn } from '../../model/json.ts';
import { pointerOf } from '../../model/pointer.ts';
import {
  type Imported,
  compact,
  contractName,
  contractVersion,
  draft2020,
  objectOf,
  textOf,
} from './imported.ts';
import { choicesOf, customValue, sharedOf, typeSchema } from '../odcs-types.ts';
import { orNull } from './sql.ts';
import { schemaOfSqlType } from './sql-types.ts';

/** The objects of an Open Data Contract Standard 3 document. */
export function fromOdcs(document: JsonObject): Imported[] {
  const version = contractVersion(document['version']);
  return listOf(document['schema']).map((object) => {
    const keyed: Keyed[] = [];
    const pii: string[] = [];
    const notes: string[] = [];
    if (!sparesRules(object)) notes.push('its quality rules are not taken over');
    const schema = objectSchema(object, [], { keyed, pii, notes });
    const { name, physicalName, description } = object;
    return {
      name: contractName(textOf(name) ?? 'event'),
      version,
      description: textOf(description),
      table: tableName(textOf(physicalName)),
      key: keyed.length === 0 ? undefined : keyed.toSorted((a, b) => a.position - b.position).map(spelled),
      header: headerOf(object, pii),
      schema: { $schema: draft2020, ...schema },
      notes: [...new Set(notes)],
    };
  });
}

/** As an export of ours has it, and with what is classified as private. */
function headerOf(object: JsonObject, pii: readonly string[]): JsonObject | undefined {
  const custom = customValue(object, 'x-contract');
  const given = isObject(custom) ? custom : {};
  const all = [...new Set([given['pii'] ?? [], pii].flat(2))];
  const header = { ...given, ...(all.length > 0 && { pii: all }) };
  return Object.keys(header).length === 0 ? undefined : header;
}

/** A part of the key. */
interface Keyed {
  path: readonly string[];
  position: number;
}

/** By its name alone where that is enough. */
const spelled = ({ path }: Keyed): string => (path.length === 1 ? path[0]! : pointerOf(path));

/** Whether nothing is lost with its quality rules. */
const sparesRules = ({ quality }: JsonObject): boolean =>
  listOf(quality).every((rule) => choicesOf(rule) !== undefined);

const listOf = (value: Json | undefined): JsonObject[] =>
  Array.isArray(value) ? value.filter((one) => isObject(one)) : [];
const tableName = (name: string | undefined): string | undefined =>
  name !== undefined && /^[A-Za-z][A-Za-z0-9_]{0,62}$/.test(name) ? name : undefined;

interface Found {
  keyed: Keyed[];
  /** JSON Pointers of the fields that are classified so. */
  pii: string[];
  notes: string[];
}

function objectSchema(object: JsonObject, path: readonly string[], found: Found): JsonObject {
  const properties: JsonObject = {};
  const required: string[] = [];
  for (const property of listOf(object['properties'])) {
    const name = textOf(property['name']);
    if (name === undefined) continue;
    const here = [...path, name];
    const isKey = property['primaryKey'] === true;
    const position = property['primaryKeyPosition'];
    if (isKey)
      found.keyed.push({
        path: here,
        position: typeof position === 'number' && position > 0 ? position : found.keyed.length + 1,
      });
    const keys = found.keyed.length;
    if (/^pii$/i.test(textOf(property['classification']) ?? '')) found.pii.push(pointerOf(here));
    if (property['unique'] === true && !isKey)
      found.notes.push(`${here.join('.')}: unique is not taken over: it may be the key (--key)`);
    const schema = propertySchema(property, here, found);
    const isRequired = property['required'] === true || isKey || found.keyed.length > keys;
    if (isRequired) required.push(name);
    setOwn(properties, name, isRequired ? schema : orNull(schema));
  }
  return objectOf(properties, required);
}

function propertySchema(property: JsonObject, path: readonly string[], found: Found): JsonObject {
  const { logicalType, physicalType, logicalTypeOptions, description, items, quality } = property;
  const physical = schemaOfSqlType(textOf(physicalType) ?? '', (note) =>
    found.notes.push(`${path.join('.')}: ${note}`),
  );
  const type = typeSchema(logicalType);
  if (type === undefined && logicalType !== undefined)
    found.notes.push(`${path.join('.')}: the type ${textOf(logicalType)} is not known, so anything is taken`);
  if (!sparesRules(property)) found.notes.push('its quality rules are not taken over');
  const isExact = logicalType === 'number' && physical?.['x-column'] !== undefined;
  const body = logicalType === 'object' ? objectSchema(property, path, found) : (type ?? physical);
  return compact({
    ...(isExact ? physical : body),
    description: textOf(description),
    ...(isObject(logicalTypeOptions) ? sharedOf(logicalTypeOptions, logicalType) : {}),
    items:
      logicalType === 'array' && isObject(items) ? propertySchema(items, [...path, '*'], found) : undefined,
    'x-column': customValue(property, 'x-column') ?? (isExact ? physical?.['x-column'] : undefined),
    enum: listOf(quality)
      .map(choicesOf)
      .find((choices) => choices !== undefined),
  });
}
