import type { JsonObject } from '../../model/json.ts';
import type { Contract } from '../contract.ts';
import { rewritten } from '../json-schema/walk.ts';
import { toJsonSchema } from './json-schema.ts';

/**
 * An AsyncAPI 3.0 document of contracts: what the service receives at `/ingest/{source}`, and what it sends on the topics of
 * the flow.
 */
export function toAsyncApi(contracts: readonly Contract[], version: string): JsonObject {
  const idOf = ({ name, version: of }: Contract): string => `${name}-${of}`;
  const messages = Object.fromEntries(
    contracts.map((contract) => [
      idOf(contract),
      messageOf(contract, `#/components/messages/${idOf(contract)}`),
    ]),
  );
  const referring = (some: readonly Contract[]): JsonObject =>
    Object.fromEntries(some.map((one) => [idOf(one), { $ref: `#/components/messages/${idOf(one)}` }]));
  const topics = [...new Set(contracts.flatMap(({ topic }) => topic ?? []))];
  const channels: JsonObject = {
    ingest: {
      address: '/ingest/{source}',
      parameters: { source: { description: 'a source of sentinel-config.yaml' } },
      messages: referring(contracts),
    },
  };
  const operations: JsonObject = {
    receiveEvent: { action: 'receive', channel: { $ref: '#/channels/ingest' } },
  };
  for (const topic of topics) {
    channels[topic] = { address: topic, messages: referring(contracts.filter((one) => one.topic === topic)) };
    operations[`send_${topic}`] = { action: 'send', channel: { $ref: `#/channels/${topic}` } };
  }
  return {
    asyncapi: '3.0.0',
    info: { title: 'Data Sentinel: contracts', version },
    channels,
    operations,
    components: { messages },
  };
}

/** `at`: where the message stands in the document. */
function messageOf(contract: Contract, at: string): JsonObject {
  return {
    name: contract.name,
    title: `${contract.name} ${contract.version}`,
    ...(contract.description === '' ? {} : { summary: contract.description }),
    contentType: 'application/json',
    payload: {
      schemaFormat: 'application/schema+json;version=draft-2020-12',
      schema: referringFrom(toJsonSchema(contract), `${at}/payload/schema`),
    },
  };
}

/** A path in a schema's own document (`#/$defs/money`) is one in the document that it is written into. */
const referringFrom = (schema: JsonObject, at: string): JsonObject =>
  rewritten(schema, (copy) => {
    const { $ref } = copy;
    if (typeof $ref === 'string' && /^#(?:\/|$)/.test($ref)) copy['$ref'] = at + $ref.slice(1);
    return copy;
  });
