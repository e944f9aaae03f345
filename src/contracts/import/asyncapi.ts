import { type Json, type JsonObject, isObject } from '../../model/json.ts';
import { fromAvro } from './avro.ts';
import { extracted, objectAt } from './extract.ts';
import { type Imported, contractAgain, contractName, contractVersion, draft07, textOf } from './imported.ts';

/** The messages of an AsyncAPI 2 or 3 document. */
export function fromAsyncApi(document: JsonObject): Imported[] {
  const version = contractVersion(objectAt(document['info'], document)['version']);
  const found = new Map<string, Imported>();
  const seen = new Set<JsonObject>();
  for (const [name, message] of messagesOf(document)) {
    // By a reference, it may come several times.
    if (seen.size === seen.add(message).size) continue;
    const imported = fromMessage(name, message, document, version);
    if (imported === undefined) continue;
    const id = `${imported.name}@${imported.version}`;
    const known = found.get(id);
    if (known === undefined) found.set(id, imported);
    else known.notes.push(`another message has this name and version, and is left out: ${name}`);
  }
  return [...found.values()];
}

function* messagesOf(document: JsonObject): Generator<[name: string, message: JsonObject]> {
  const components = objectAt(document['components'], document);
  const named = (map: Json | undefined): [string, JsonObject][] =>
    Object.entries(objectAt(map, document)).map(([name, message]) => [name, objectAt(message, document)]);
  yield* named(components['messages']);
  for (const [address, item] of Object.entries(objectAt(document['channels'], document))) {
    const channel = objectAt(item, document);
    yield* named(channel['messages']);
    for (const operation of ['publish', 'subscribe']) {
      const message = objectAt(objectAt(channel[operation], document)['message'], document);
      const choices = Array.isArray(message['oneOf']) ? message['oneOf'] : [message];
      for (const [at, choice] of choices.entries())
        yield [choices.length === 1 ? address : `${address}_${at + 1}`, objectAt(choice, document)];
    }
  }
}

function fromMessage(
  name: string,
  message: JsonObject,
  document: JsonObject,
  version: string,
): Imported | undefined {
  const { payload, name: own, summary } = message;
  if (payload === undefined) return undefined;
  const wrapped =
    isObject(payload) && payload['schema'] !== undefined && payload['schemaFormat'] !== undefined;
  const format = textOf(wrapped ? payload['schemaFormat'] : message['schemaFormat']) ?? '';
  const schema = wrapped ? payload['schema'] : payload;
  const title = contractName(typeof own === 'string' ? own : name);
  const description = typeof summary === 'string' ? summary : undefined;
  if (/avro/.test(format)) {
    const [record] = fromAvro(objectAt(schema, document));
    return record === undefined ? undefined : { ...record, name: title, version };
  }
  const notes: string[] = [];
  const { 'x-contract': _, ...body } = extracted(schema ?? {}, document, 'definitions', notes);
  const again = contractAgain(objectAt(schema, document));
  return { name: title, version, description, ...again, schema: { $schema: draft07, ...body }, notes };
}
