import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { importContracts } from '../../src/contracts/import/index.ts';
import { contractName } from '../../src/contracts/import/imported.ts';
import { type Json, type JsonObject, isObject } from '../../src/model/json.ts';
import { given, read } from './files.ts';
import type { Wild } from './sources.ts';

/** Schemas of what runs data platforms: events, their descriptions, their configuration. */
export function* fromPlatforms({ npm, python }: { npm: string; python: string }): Generator<Wild> {
  yield cloudEvents(join(npm, 'cloudevents/dist/schema/v1.js'));
  const one = (origin: string, name: string, file: string, payload: string): Wild => ({
    origin,
    name,
    schema: read(file),
    file,
    original: { file, pointer: '' },
    payloads: given[payload] === undefined ? [] : [given[payload]],
  });
  yield one(
    'OpenTelemetry, declarative configuration (2020-12)',
    'configuration',
    join(python, 'opentelemetry/configuration/schema.json'),
    'otel',
  );
  for (const version of [7, 8, 9, 10, 11, 12, 20]) {
    const file = join(npm, `@lightdash/common/dist/cjs/dbt/schemas/manifestV${version}.json`);
    const wild = one('dbt, manifest.json', `v${version}`, file, '');
    const required = Array.isArray(wild.schema['required']) ? wild.schema['required'] : [];
    const empty = Object.fromEntries(required.map((name) => [name as string, {}]));
    yield { ...wild, payloads: [{ ...empty, ...given['manifest'] }] };
  }
  for (const kind of ['project', 'resources'])
    yield one(
      'dbt, YAML files (draft 7)',
      kind,
      join(python, `dbt/jsonschemas/${kind}/latest.json`),
      `dbt/${kind}`,
    );
  const kubernetes = join(python, 'kubernetes_validate/kubernetes-json-schema/v1.37.0-local');
  for (const name of Object.keys(given).filter((key) => key.startsWith('k8s/')))
    yield one('Kubernetes 1.37, with files', name, join(kubernetes, `${name.slice(4)}.json`), name);
  yield* asyncApiExamples(join(npm, '@asyncapi/cli/assets/examples'));
}

/** The package has its schema in the code that it was compiled to. */
function cloudEvents(file: string): Wild {
  const text = /^const schema\d+ = (\{"?\s*"?\$schema.*\});$/m.exec(readFileSync(file, 'utf8'))?.[1] ?? '{}';
  return {
    origin: 'CloudEvents 1.0 (draft 7)',
    name: 'event',
    schema: JSON.parse(text) as JsonObject,
    payloads: [given['cloudevent']!],
  };
}

/** The messages of the example documents, with the payloads that stand there as examples. */
function* asyncApiExamples(folder: string): Generator<Wild> {
  for (const name of readdirSync(folder)
    .filter((one) => one.endsWith('.yml'))
    .toSorted()) {
    const text = readFileSync(join(folder, name), 'utf8');
    const examples = new Map<string, JsonObject[]>();
    collect(parse(text) as Json, '', examples);
    for (const imported of importContracts(text, name))
      yield {
        origin: 'AsyncAPI 3, messages of the examples',
        name: `${name.replace('-asyncapi.yml', '')}, ${imported.name}`,
        schema: imported.schema,
        payloads: examples.get(imported.name) ?? [],
      };
  }
}

function collect(part: Json, name: string, into: Map<string, JsonObject[]>): void {
  if (!isObject(part)) return;
  const { examples, payload } = part;
  if (payload !== undefined && Array.isArray(examples)) {
    const own = contractName(typeof part['name'] === 'string' ? part['name'] : name);
    const payloads = examples.map((one) => (isObject(one) ? one['payload'] : undefined)).filter(isObject);
    into.set(own, [...(into.get(own) ?? []), ...payloads]);
  }
  for (const [key, value] of Object.entries(part)) collect(value, key, into);
}
