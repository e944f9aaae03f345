import fc from 'fast-check';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { defineContract } from '../../src/contracts/index.ts';
import { decimal } from '../../src/contracts/fields/index.ts';
import { ContractRegistry } from '../../src/contracts/registry.ts';
import { numberOf } from '../../src/model/exact-number.ts';
import { parseExact } from '../../src/model/exact-json.ts';
import type { JsonObject } from '../../src/model/json.ts';
import { readLines } from '../../src/sources/formats/content-type.ts';
import { forEachEvent, encodeRecord } from '../../src/ingest/record.ts';
import { createValidate } from '../../src/validate/stage.ts';
import { measureWork } from '../helpers/work.ts';

/** What anybody sends costs work in proportion to its bytes: limits are found before anything is parsed. */
const limits = { maxEvents: 10_000, maxDepth: 64 };
const size = 4 * 2 ** 20;
const fill = (unit: string, bytes = size): string => unit.repeat(Math.floor(bytes / unit.length));

/** Generous: honest events take 30 to 100 ns a byte; what is not linear takes a thousand times that. */
const nsPerByte = 400;
const freeMs = 1000;

const contracts = new ContractRegistry();
contracts.register(
  defineContract({
    name: 'thing',
    version: '1.0.0',
    key: 'a',
    schema: z.object({
      a: z.string(),
      amount: decimal(),
      list: z.array(z.object({ n: z.number() })).optional(),
    }),
  }),
);
const validate = createValidate({
  contracts,
  rules: { find: () => ({ kind: 'none' }) as never, repairExpected: () => undefined },
  choice: { sources: {}, defaultContract: 'thing', unknownVersion: 'dead_letter' },
});

/** All that happens to a body up to the verdict of each of its events. Returns how it was refused. */
function take(body: string, format: 'json' | 'ndjson' = 'json'): string | undefined {
  const bytes = Buffer.from(body);
  const done = measureWork();
  const lines = readLines(bytes, format, limits);
  if (lines.ok) {
    const { exact, plain, count, bytes } = lines.value;
    const header = { id: '01890000-0000-7000-8000-000000000000', at: 1, n: count };
    const record = encodeRecord({ ...header, ...(exact && { exact }), ...(plain && { plain }) }, bytes);
    forEachEvent(record, ({ event, requestId }) => {
      validate(event, { requestId, receivedAt: 1, source: 's' });
    });
  }
  const work = done();
  expect(work, `work for ${bytes.length} bytes of ${body.slice(0, 40)}`).toBeLessThan(
    freeMs + (bytes.length * nsPerByte) / 1e6,
  );
  return lines.ok ? undefined : lines.error.code;
}

describe('a body of megabytes', () => {
  it.each<[string, string, string | undefined]>([
    ['objects without end', `[${fill('{},')}{}]`, 'too_many_events'],
    ['numbers as events', `[${fill('1,')}1]`, 'too_many_events'],
    ['depth without end', `{"a":${fill('[', size)}`, 'too_deep'],
    ['depth without end, that closes', `{"a":${fill('[', size / 2)}${fill(']', size / 2)}}`, 'too_deep'],
    ['depth of objects', fill('{"a":'), 'too_deep'],
    ['a number of zeros', `{"a":"x","amount":0.1${fill('0')}1}`, 'number_too_long'],
    ['a number of nines', `{"a":"x","amount":${fill('9')}}`, 'number_too_long'],
    ['an exponent of nines', `{"a":"x","amount":1e${fill('9')}}`, 'number_too_long'],
    ['a number in an array', `[{"a":"x"},{"list":[{"n":1},{"n":0.${fill('0', 500)}1}]}]`, 'events_refused'],
    ['zeros in a text', `{"a":"x","amount":"0.1${fill('0')}1"}`, undefined],
    ['keys', `{${Array.from({ length: 300_000 }, (_, i) => `"k${i}":1`).join(',')}}`, 'too_many_keys'],
    [
      'keys of many objects in one event',
      `{"a":[${Array.from({ length: 300_000 }, (_, i) => `{"k${i}":1}`).join(',')}]}`,
      undefined,
    ],
    ['the same key', `{${fill('"a":1,')}"a":1}`, 'too_many_keys'],
    ['the same key with deep values', `{${fill(`"a":{"b":[${fill('1,', 2000)}1]},`)}"a":1}`, 'duplicate_key'],
    [
      'numbers as keys',
      `{${Array.from({ length: 19_999 }, (_, i) => `"${i * 211}":1`).join(',')}}`,
      undefined,
    ],
    ['a long key', `{"${fill('k')}":1}`, undefined],
    ['quotes', fill('"'), 'malformed_json'],
    ['escaped quotes', `{"a":"${fill('\\"')}"}`, undefined],
    ['backslashes', `{"a":"${fill('\\\\')}"}`, undefined],
    ['quotes and white space', `{"a":"${fill('\\" \\t\\n')}"}`, undefined],
    ['a quote and white space', `{"a"${fill(' ')}:1}`, undefined],
    ['white space', fill(' '), 'empty_body'],
    ['line feeds', fill('\n'), 'empty_body'],
    ['line feeds within an event', `{"a":${fill('\n')}1}`, undefined],
    ['commas', `[${fill(',')}]`, 'too_many_events'],
    ['colons', `{${fill(':')}}`, 'too_many_keys'],
    ['an array of numbers', `{"list":[${fill('1,')}1]}`, undefined],
    ['an array of long numbers', `{"list":[${fill('12345678901234567,')}1]}`, undefined],
    ['an array of arrays', `{"list":[${fill('[],')}1]}`, undefined],
    ['an array of texts that look like numbers', `{"list":[${fill('"1e999",')}1]}`, undefined],
    ['byte order marks', fill('\ufeff', size / 3), 'empty_body'],
  ])('%s', (_, body, code) => {
    expect(take(body)).toBe(code);
  });

  it.each<[string, string, string | undefined]>([
    ['line feeds', fill('\n'), 'no_events'],
    ['returns and line feeds', fill('\r\n'), 'no_events'],
    ['lines that hold a space', fill(' \n'), 'no_events'],
    ['lines that hold two spaces', fill('  \n'), 'no_events'],
    ['short lines', fill('{}\n'), 'too_many_events'],
    ['short lines that are no JSON', fill('{\n'), 'too_many_events'],
    ['lines of one quote', fill('"\n'), 'too_many_events'],
    ['lines as deep as is allowed', fill(`{"a":${fill('[', 63)}${fill(']', 63)}}\n`, 1e6), undefined],
    ['one long line of no JSON', fill('x'), 'malformed_json'],
    ['a long number', `{"a":"x"}\n{"amount":${fill('1')}}`, 'events_refused'],
  ])('%s, as NDJSON', (_, body, code) => {
    expect(take(body, 'ndjson')).toBe(code);
  });

  it('names the place of a number that is too long', () => {
    const long = '1'.repeat(500);
    const found = readLines(Buffer.from(`{"o":{"list":[1,{"n":${long}}]}}`), 'json', limits);
    expect(!found.ok && found.error.detail).toContain('/o/list/1/n');
    const inArray = readLines(Buffer.from(`[{"a":1},{"b":[${long}]}]`), 'json', limits);
    expect(!inArray.ok && inArray.error.errors).toEqual([
      { index: 1, detail: expect.stringContaining('/b/0') as string },
    ]);
    const inLine = readLines(Buffer.from(`{"a":1}\n\n{"b":${long}}`), 'ndjson', limits);
    expect(!inLine.ok && inLine.error.errors?.[0]).toMatchObject({ line: 3 });
  });

  it('takes the widest number that is allowed, and every digit of it', () => {
    const widest = `0.${'1'.repeat(398)}`;
    expect(readLines(Buffer.from(`{"a":"x","amount":${widest}}`), 'json', limits).ok).toBe(true);
    expect((parseExact(`{"n":${widest}}`) as JsonObject)['n']).toEqual(numberOf(widest));
  });
});

describe('what was stored before there was a limit', () => {
  it.each([
    `0.1${fill('0', 1e6)}1`,
    fill('9', 1e6),
    `1e${fill('9', 1e6)}`,
    `-${fill('1', 1e6)}.${fill('0', 1e6)}`,
  ])('is read in linear time, with its digits: %#', (number) => {
    const done = measureWork();
    expect((parseExact(`{"n":${number}}`) as JsonObject)['n']).toEqual(numberOf(number));
    expect(done()).toBeLessThan(freeMs);
  });
});

describe('generated bodies', () => {
  const atoms = [
    '{',
    '}',
    '[',
    ']',
    '"',
    ':',
    ',',
    '1',
    '0',
    '.',
    'e',
    '-',
    ' ',
    '\n',
    '\\',
    'a',
    '"a":',
    '{"a":',
    'true',
    '\\u00e9',
    '00000000000000000000',
    '[]',
    '{},',
  ];
  it('cost work in proportion to their bytes, whatever they are', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(...atoms), { minLength: 1, maxLength: 6 }),
        fc.array(fc.constantFrom(...atoms), { minLength: 0, maxLength: 4 }),
        fc.array(fc.constantFrom(...atoms), { minLength: 0, maxLength: 6 }),
        fc.constantFrom<('json' | 'ndjson')[]>('json', 'ndjson'),
        (head, unit, tail, format) => {
          take(
            `${head.join('')}${unit.length === 0 ? '' : fill(unit.join(''), 2 ** 20)}${tail.join('')}`,
            format,
          );
        },
      ),
      { numRuns: 150 },
    );
  }, 120_000);
});

it('a gzip bomb of such bodies is small', () => {
  expect(gzipSync(Buffer.from(`[${fill('{},')}{}]`)).length).toBeLessThan(20_000);
});
