import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { defineContract } from '../../src/contracts/zod/define.ts';
import { contractFromJsonSchema } from '../../src/contracts/json-schema/compile.ts';
import type { JsonObject } from '../../src/model/json.ts';
import { openingMessages } from '../../src/repair/healers/llm/prompt.ts';
import { withoutValues } from '../../src/repair/healers/llm/scrub.ts';
import { failureOf, transactionWith } from '../helpers/healing.ts';

interface Document {
  contract: { json_schema: JsonObject; json_schema_is?: string };
  violations: { path: string; code: string; expected: string }[];
  event_shape: JsonObject;
}

function promptOf(failure: ReturnType<typeof failureOf>): { text: string; document: Document } {
  const text = openingMessages(failure, { shareValues: false }).at(-1)!.content;
  return { text, document: JSON.parse(text) as Document };
}

describe('a prompt about a small contract', () => {
  it('holds the whole schema', () => {
    const failure = failureOf(transactionWith({ amount: undefined, price: '12.50' }));
    const { document } = promptOf(failure);
    expect(document.contract.json_schema).toEqual(failure.contract.jsonSchema);
    expect(document.contract).not.toHaveProperty('json_schema_is');
  });
});

describe('keys that are data', () => {
  const balances = z.record(z.string(), z.object({ amount: z.number() }));
  const accounts = defineContract({
    name: 'accounts',
    version: '1.0.0',
    schema: z.object({ event_id: z.string(), balances }),
  });

  it('the keys of a map are not shown, neither in the shape nor in a path', () => {
    const event = { event_id: 'x', balances: { ana: { amount: 'much' }, bob: { amount: 1 } } };
    const { text, document } = promptOf(failureOf(event, accounts));
    expect(text).not.toMatch(/\bana\b|\bbob\b/);
    expect(document.violations[0]?.path).toBe('/balances/<key 1 like lower-case letters(3)>/amount');
  });

  it.each([
    'ana@example.com',
    '4111111111111111',
    '+1 (555) 019-9887',
    '192.168.17.4',
    'cus_Nk2jd83KAbc',
    '5f1c8a52-6a0b-4c1e-9a38-0a2b7c9d1e2f',
    'deadbeef0123',
    '2026-11-23',
    'k'.repeat(65),
  ])('%s is not shown', (key) => {
    const { text } = promptOf(failureOf(transactionWith({ amount: undefined, nested: { [key]: 1 } })));
    expect(text).not.toContain(key);
  });

  it.each([
    'user_email',
    'billingAddressLine2',
    'address_1',
    'sha256Hash',
    'oauth2Token',
    'item.id',
    'Customer Name',
    'naïve',
  ])('%s is a name and is shown', (key) => {
    const { text } = promptOf(failureOf(transactionWith({ amount: undefined, nested: { [key]: 1 } })));
    expect(text).toContain(JSON.stringify(key));
  });
});

describe('keys that no contract declares and that are people', () => {
  const shapeIn = (nested: JsonObject) => {
    const { text, document } = promptOf(failureOf(transactionWith({ amount: undefined, nested })));
    return { text, nested: document.event_shape['nested'] as JsonObject };
  };

  it.each([
    'Jane Doe',
    'José Martín Núñez',
    "O'Neil, Mary",
    'Иван Петров',
    'Anna-Lena K. Müller',
    'JANE DOE',
  ])('%s is not shown', (key) => {
    const { text, nested } = shapeIn({ scores: { [key]: 3 }, json: JSON.stringify({ [key]: 1 }) });
    expect(text).not.toContain(key.split(' ')[0]);
    expect(Object.keys(nested['scores']!)).toEqual([expect.stringMatching(/^<key 1 like .*>$/)]);
  });

  it.each([
    'User Email',
    'userEmail',
    'UserEmail',
    'Order Total',
    'Unit Price',
    'Created At',
    'Shipping Street',
    'Amount',
    'price',
    'Total Amount Due',
    'Größe',
  ])('%s may be a field and is shown', (key) => {
    expect(Object.keys(shapeIn({ [key]: '1' }).nested)).toEqual([key]);
  });

  it('two of them are two, and the same everywhere', () => {
    const { nested } = shapeIn({ a: { 'Jane Doe': 1, 'John Roe': 2 }, b: { 'John Roe': 3 } });
    const [jane, john] = Object.keys(nested['a']!);
    expect(new Set([jane, john]).size).toBe(2);
    expect(Object.keys(nested['b']!)).toEqual([john]);
  });

  const names = Array.from({ length: 25 }, (_, at) => `${String.fromCharCode(97 + at)}nna`);
  const each = (value: (at: number) => JsonObject[string]) =>
    Object.fromEntries(names.map((name, at) => [name, value(at)]));

  it.each([
    ['numbers', each((at) => at * 1.5)],
    ['texts of one kind', each((at) => `${'x'.repeat(at + 1)}@example.com`)],
    ['objects with the same keys', each((at) => ({ amount: at, currency: 'EUR' }))],
  ])('more than 20 keys that nothing tells to be fields, over %s, are those of a map', (_, map) => {
    const { text, nested } = shapeIn({ map });
    for (const name of names) expect(text).not.toContain(name);
    expect(Object.keys(nested['map']!)).toHaveLength(25);
  });

  it('few of them, and many that are fields or look different, are shown', () => {
    const few = Object.fromEntries(Object.entries(each((at) => at)).slice(0, 20));
    const fields = Object.fromEntries(names.map((name) => [`${name}_url`, 'https://example.com']));
    const mixed = each((at) => (at % 2 === 0 ? at : 'x'));
    const { nested } = shapeIn({ few, fields, mixed });
    for (const [name, object] of Object.entries({ few, fields, mixed }))
      expect(Object.keys(nested[name]!)).toEqual(Object.keys(object));
  });
});

describe('words of the contract', () => {
  const order = defineContract({
    name: 'order',
    version: '1.0.0',
    schema: z.object({ event_id: z.string(), note: z.string(), status: z.enum(['in_progress', 'done']) }),
  });

  it('a text that is one of them, but for case and separators, is told by it where the event fails', () => {
    const event = { event_id: 'x', note: 'Done', status: 'In-Progress', state: 'DONE', other: 'lost' };
    const { document } = promptOf(failureOf(event, order));
    expect(document.event_shape).toMatchObject({
      status: expect.stringContaining('the contract\'s "in_progress"') as string,
      state: expect.stringContaining('the contract\'s "done"') as string,
      note: 'string:letters(4)',
      other: 'string:lower-case letters(4)',
    });
  });
});

describe("what a contract's author says of an event", () => {
  it('is sent without the values that it quotes', () => {
    const quoting = defineContract({
      name: 'quoting',
      version: '1.0.0',
      schema: z.object({
        event_id: z.string(),
        code: z.string().refine(() => false, { error: (issue) => `${String(issue.input)} is no code` }),
      }),
    });
    const { document } = promptOf(failureOf({ event_id: 'x', code: 'canary-77' }, quoting));
    expect(document.violations[0]).toMatchObject({ code: 'custom', expected: '<value> is no code' });
  });

  it('a value at the limit of the length is not cut in two', () => {
    const value = 'canary'.repeat(20);
    expect(withoutValues('x'.repeat(490) + value, { value })).not.toContain('canary');
  });
});

describe('a prompt about the contracts of GitHub, of 600 kB', () => {
  const require = createRequire(import.meta.url);
  const schemas = require('@octokit/webhooks-schemas') as { definitions: JsonObject; oneOf: JsonObject[] };
  const payloads = JSON.parse(readFileSync(require.resolve('@octokit/webhooks-examples'), 'utf8')) as {
    name: string;
    examples: JsonObject[];
  }[];
  const example = (name: string) =>
    structuredClone(payloads.find((each) => each.name === name)!.examples[0]!);
  const contractOf = (definition: string) =>
    contractFromJsonSchema({
      $schema: 'http://json-schema.org/draft-07/schema#',
      'x-contract': { name: 'github', version: '1.0.0' },
      definitions: schemas.definitions,
      properties: { event_id: { type: 'string' } },
      allOf: [{ $ref: `#/definitions/${definition}` }],
    });
  const push = contractOf('push$event');
  const pullRequest = contractOf('pull_request_event');

  it('holds what the failure is about, and stays small', () => {
    const event = example('push');
    const { ref, ...others } = event;
    const { text, document } = promptOf(failureOf({ ...others, git_ref: ref! }, push));
    expect(text.length).toBeLessThan(40_000);
    expect(document.contract.json_schema_is).toMatch(/excerpt/);
    expect(document.contract.json_schema['allOf']).toMatchObject([
      {
        required: expect.arrayContaining(['ref']) as string[],
        properties: { ref: { type: 'string' }, repository: {} },
      },
    ]);
    expect(document.event_shape).toHaveProperty('git_ref');
  });

  it('goes down to a place that is deep, within alternatives', () => {
    const event = example('pull_request') as { pull_request: { head: { sha?: string; sha1?: string } } };
    event.pull_request.head.sha1 = event.pull_request.head.sha!;
    delete event.pull_request.head.sha;
    const { text, document } = promptOf(failureOf(event, pullRequest));
    expect(text.length).toBeLessThan(40_000);
    expect(JSON.stringify(document.contract.json_schema)).toContain('"sha":{"type":"string"');
    expect(document.event_shape).toMatchObject({
      pull_request: { head: { sha1: expect.any(String) as string } },
    });
  });

  it.each(['check_suite', 'issues', 'deployment_status', 'workflow_run', 'pull_request_review'])(
    'is bounded for %s, whatever is missing',
    (name) => {
      const { sender: _, repository: _repository, ...event } = example(name);
      const { text } = promptOf(failureOf(event, contractOf(`${name}_event`)));
      expect(text.length).toBeLessThan(40_000);
    },
  );
});
