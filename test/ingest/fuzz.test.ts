import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { loadConfig } from '../../src/config/load.ts';
import { date, datetime, decimal, integer } from '../../src/contracts/fields/index.ts';
import { type Contract, defineContract } from '../../src/contracts/index.ts';
import { contractFromJsonSchema } from '../../src/contracts/json-schema/compile.ts';
import { ContractRegistry } from '../../src/contracts/registry.ts';
import { encodeRecord, eventsOf, forEachEvent, parsedAnew } from '../../src/ingest/record.ts';
import { createRowMaker } from '../../src/load/row.ts';
import { SentinelError } from '../../src/model/errors.ts';
import type { JsonObject } from '../../src/model/json.ts';
import { readLines } from '../../src/sources/formats/content-type.ts';
import { createValidate } from '../../src/validate/stage.ts';
import { measureWork } from '../helpers/work.ts';

/** FUZZ_RUNS=1000000 npx vitest run test/ingest/fuzz.test.ts: the long form. */
const numRuns = Number(process.env['FUZZ_RUNS'] ?? 2000);
const withinMs = numRuns * 10 + 30_000;

const names = [
  'a',
  'amount',
  'at',
  'day',
  'n',
  'list',
  'o',
  'type',
  'version',
  'source',
  '__proto__',
  'constructor',
  'toJSON',
  'A',
  'ä',
  '',
  '\\u0000',
  '\\ud800',
  'x.y/~',
  '_request_id',
];
const numbers = [
  '0',
  '-0',
  '1',
  '-1.5',
  '1e400',
  '-1e-400',
  '9007199254740993',
  '0.1000000000000000055',
  `1${'0'.repeat(60)}`,
  '1e5',
  '12.50',
  '1.',
];
const texts = [
  '',
  'x',
  '12.50',
  '1,234',
  '2026-02-30',
  '2026-03-04T05:06:07Z',
  '03/04/2026',
  '\\u0000',
  '\\ud800',
  '\\udc00\\ud800',
  '\ufeff',
  '\\"',
  'null',
  '[1]',
  '{"a":1}',
  '💥',
  'a'.repeat(300),
];

/** JSON text as no honest sender writes it, and now and then no JSON. */
const { value: jsonText } = fc.letrec<{ value: string; object: string }>((tie) => ({
  object: fc
    .array(fc.tuple(fc.constantFrom(...names), tie('value')), { maxLength: 6 })
    .map((fields) => `{${fields.map(([name, value]) => `"${name}":${value}`).join(',')}}`),
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom(...numbers, 'null', 'true', 'false'),
    fc.constantFrom(...texts).map((text) => `"${text}"`),
    fc.array(tie('value'), { maxLength: 4 }).map((items) => `[${items.join(',')}]`),
    tie('object'),
  ),
}));
const bodyText = fc.oneof(
  { weight: 8, arbitrary: jsonText },
  { weight: 2, arbitrary: fc.array(jsonText, { maxLength: 5 }).map((lines) => lines.join('\n')) },
  { weight: 1, arbitrary: fc.tuple(jsonText, fc.nat(40)).map(([text, at]) => text.slice(0, at)) },
);

const thing = defineContract({
  name: 'thing',
  version: '1.0.0',
  key: 'a',
  schema: z.object({
    a: z.string(),
    amount: decimal().optional(),
    at: datetime().optional(),
    day: date().optional(),
    n: integer().optional(),
    list: z.array(z.number()).optional(),
    o: z.record(z.string(), z.unknown()).optional(),
  }),
});

function judgeOf(contract: Contract) {
  const contracts = new ContractRegistry();
  contracts.register(contract);
  const validate = createValidate({
    contracts,
    rules: { find: () => ({ kind: 'none' }) as never, repairExpected: () => undefined },
    choice: { sources: {}, defaultContract: contract.name, unknownVersion: 'latest' },
  });
  const rowOf = createRowMaker(contract);
  return (event: JsonObject, requestId: string): void => {
    const verdict = validate(event, { requestId, receivedAt: 1, source: 's' });
    if (verdict.kind === 'valid') {
      const { value, changed } = verdict;
      JSON.stringify(
        rowOf(value, { requestId, receivedAt: 1, source: 's', repair: undefined, text: undefined, changed })
          .values,
      );
    } else expect(['invalid', 'unknown']).toContain(verdict.kind);
  };
}
const limits = { maxEvents: 1000, maxDepth: 64 };

describe('whatever is sent', () => {
  it(
    'is refused with a code, or each of its events is judged, and reads the same when it comes again',
    () => {
      const judge = judgeOf(thing);
      const done = measureWork();
      let bytes = 0;
      fc.assert(
        fc.property(bodyText, fc.constantFrom<('json' | 'ndjson')[]>('json', 'ndjson'), (text, format) => {
          const body = Buffer.from(text);
          bytes += body.length;
          const lines = readLines(body, format, limits);
          if (!lines.ok) {
            expect(lines.error.code).toMatch(/^[a-z_]+$/);
            return;
          }
          const { exact, plain, count, bytes: kept } = lines.value;
          const header = { id: '01890000-0000-7000-8000-000000000000', at: 1, n: count };
          const record = encodeRecord({ ...header, ...(exact && { exact }), ...(plain && { plain }) }, kept);
          const again = eventsOf(record).map((event) => JSON.stringify(parsedAnew(event).event));
          let at = 0;
          forEachEvent(record, ({ event, requestId }) => {
            expect(JSON.stringify(event)).toBe(again[at++]);
            judge(event, requestId);
          });
          expect(Object.prototype).not.toHaveProperty('amount');
        }),
        { numRuns },
      );
      // Some microseconds a byte, assertions and generation included: nothing that grows with what came before.
      expect(done()).toBeLessThan(2000 + numRuns * 3 + bytes / 100);
    },
    withinMs,
  );

  it(
    'is judged by whatever contract is written as JSON Schema, or the contract is refused in words',
    () => {
      const keyword = fc.constantFrom(
        'type',
        'pattern',
        'minimum',
        'maxLength',
        'enum',
        'const',
        'format',
        'items',
        'properties',
        'required',
        'additionalProperties',
        'allOf',
        'anyOf',
        '$ref',
        'multipleOf',
        'not',
        'if',
        'then',
        'nullable',
        '$defs',
      );
      const setting = fc.oneof(
        fc.constantFrom<unknown[]>(
          'string',
          'integer',
          'object',
          ['null', 'string'],
          '^(a+)+$',
          '(',
          1,
          -1,
          0.01,
          Number.MAX_VALUE,
          null,
          true,
          false,
          {},
          [],
          '#',
          '#/$defs/a',
          'x.json',
          ['a'],
          ['a', 'a'],
          'date-time',
          'email',
        ),
        fc.dictionary(keyword, fc.constantFrom<unknown[]>('string', {}, true, ['a'], 1), { maxKeys: 3 }),
        fc.array(fc.dictionary(keyword, fc.constantFrom<unknown[]>('object', 3, {}), { maxKeys: 2 }), {
          maxLength: 2,
        }),
      );
      const field = fc.dictionary(keyword, setting, { maxKeys: 3 });
      const event = jsonText.map((text): JsonObject => {
        try {
          return { a: JSON.parse(text) as never };
        } catch {
          return {};
        }
      });
      fc.assert(
        fc.property(field, field, event, (a, rest, sent) => {
          const schema = {
            ...rest,
            properties: { a },
            'x-contract': { name: 'any', version: '1.0.0' },
          } as JsonObject;
          let contract: Contract;
          try {
            contract = contractFromJsonSchema(schema);
          } catch (error) {
            expect(error).toMatchObject({ code: 'contract_invalid' });
            expect((error as Error).message).not.toMatch(
              /Cannot read|is not a function|is not iterable|undefined/,
            );
            return;
          }
          judgeOf(contract)(sent, '01890000-0000-7000-8000-000000000000');
        }),
        { numRuns: Math.ceil(numRuns / 20) },
      );
    },
    withinMs,
  );
});

it(
  'whatever stands in the config file is taken, or refused in words',
  () => {
    const folder = mkdtempSync(join(tmpdir(), 'sentinel-fuzz-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const path = join(folder, 'sentinel-config.yaml');
    const part = fc.constantFrom(
      'sources',
      'destination',
      'destinations',
      'contracts',
      'pipeline',
      'engine',
      'retry',
      'alerts',
      'healing_agent',
      'retention',
      'steps',
      'http',
      'queue',
      'default_contract',
      'x',
      '__proto__',
    );
    const setting = fc.oneof(
      fc.anything({ maxDepth: 3, withNullPrototype: false }),
      fc.dictionary(
        fc.constantFrom(
          'type',
          'name',
          'verify',
          'contract',
          'events',
          'path',
          'url_env',
          'id',
          'rate_limit',
        ),
        fc.constantFrom<unknown[]>('duckdb', 'postgres', 'hmac', {}, [], 1, '', null, '/a/*', -1),
        { maxKeys: 4 },
      ),
    );
    fc.assert(
      fc.property(fc.dictionary(part, setting, { maxKeys: 4 }), (config) => {
        writeFileSync(
          path,
          JSON.stringify(config, (_, value: unknown) =>
            typeof value === 'bigint' ? String(value) : value,
          ) ?? '',
        );
        try {
          loadConfig({ cwd: folder, env: { SENTINEL_CONFIG_PATH: path } });
        } catch (error) {
          expect(error).toBeInstanceOf(SentinelError);
          expect(error).toMatchObject({ code: 'config_invalid' });
          expect((error as Error).message).not.toMatch(/Cannot read|is not a function|is not iterable/);
        }
      }),
      { numRuns: Math.ceil(numRuns / 40) },
    );
  },
  withinMs,
);
