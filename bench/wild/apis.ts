import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { importContracts } from '../../src/contracts/import/index.ts';
import { contractName } from '../../src/contracts/import/imported.ts';
import { derefOnce } from '../../src/contracts/json-schema/refs.ts';
import { type Json, type JsonObject, isObject } from '../../src/model/json.ts';
import type { Wild } from './sources.ts';

/** Descriptions of large APIs, and which of their objects are tried: those with examples in the description, or the ones named. */
const apis: readonly [file: string, names?: readonly string[]][] = [
  [
    'stripe.com.json',
    'event charge customer invoice payment_intent subscription refund payout dispute product price checkout.session setup_intent coupon'.split(
      ' ',
    ),
  ],
  ['adyen.com/BalancePlatformPaymentNotification-v1.json'],
  ['adyen.com/BalancePlatformTransferNotification-v3.json'],
  ['adyen.com/BalancePlatformReportNotification-v1.json'],
  ['adyen.com/ManagementNotificationService-v1.json'],
  ['adyen.com/MarketPayNotificationService.json'],
  ['adyen.com/CheckoutService-v71.json'],
  ['box.com.json'],
  ['asana.com.json'],
  ['squareup.com.json'],
  ['plaid.com.json'],
  ['spotify.com.json'],
  ['openai.com.json'],
  ['zoom.us.json'],
  ['docusign.net.json'],
  ['notion.com.json'],
  ['sendgrid.com.json'],
  ['trello.com.json'],
  ['telegram.org.json'],
];
const mostOfOne = 14;

export function* fromApis(folder: string): Generator<Wild> {
  for (const [path, names] of apis) {
    const file = join(folder, path);
    const text = readFileSync(file, 'utf8');
    const document = JSON.parse(text) as JsonObject;
    const examples = new Map<string, JsonObject[]>();
    collect(document, document, examples);
    const schemas = (document['components'] as { schemas?: JsonObject } | undefined)?.schemas ?? {};
    for (const [name, schema] of Object.entries(schemas))
      if (isObject(schema) && isObject(schema['example'])) add(examples, name, schema['example']);
    const byName = new Map(importContracts(text, basename(path)).map((one) => [one.name, one.schema]));
    const wanted = (names ?? [...examples.keys()]).filter((name) => byName.has(contractName(name)));
    for (const name of wanted.slice(0, mostOfOne))
      yield {
        origin: `OpenAPI 3.0: ${path.split(/[./]/)[0]}`,
        name,
        schema: byName.get(contractName(name))!,
        original: { file, pointer: `/components/schemas/${name}` },
        payloads: (examples.get(name) ?? []).slice(0, 3),
      };
  }
}

/** Examples of requests and answers, by the component that they are examples of. */
function collect(part: Json, root: JsonObject, into: Map<string, JsonObject[]>): void {
  if (Array.isArray(part)) for (const item of part) collect(item, root, into);
  if (!isObject(part)) return;
  const { schema, example, examples } = part;
  const ref = isObject(schema) ? schema['$ref'] : undefined;
  if (typeof ref === 'string') {
    const name = ref.split('/').at(-1)!;
    const named = Object.values(isObject(examples) ? examples : {})
      .filter(isObject)
      .map((one) => (derefOnce(one, root) ?? one)['value']);
    for (const one of [example, ...named]) if (isObject(one)) add(into, name, one);
  }
  for (const value of Object.values(part)) collect(value, root, into);
}

function add(into: Map<string, JsonObject[]>, name: string, payload: JsonObject): void {
  into.set(name, [...(into.get(name) ?? []), payload]);
}
