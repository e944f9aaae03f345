import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { BodyFormat } from '../../src/support/lines.ts';
import { readCarefully } from '../../src/ingest/read-carefully.ts';
import { scanEvents } from '../../src/ingest/scan-events.ts';

const limits = { maxEvents: 20, maxDepth: 6 };

const scan = (text: string | Buffer, format: BodyFormat = 'json') => {
  const body = Buffer.from(text);
  const found = scanEvents(body, format, limits);
  if (found === undefined) return undefined;
  const texts: string[] = [];
  for (let at = 0; at < found.bounds.length; at += 2)
    texts.push(body.toString('utf8', found.bounds[at], found.bounds[at + 1]));
  return texts;
};

describe('taken at first sight', () => {
  it.each<[string, BodyFormat, string[]]>([
    ['{}', 'json', ['{}']],
    [' {"a":1}\n', 'json', ['{"a":1}']],
    [
      '{"a":[1,-2.5,"x",true,false,null,{},[],{"b":[[]]}]}',
      'json',
      ['{"a":[1,-2.5,"x",true,false,null,{},[],{"b":[[]]}]}'],
    ],
    ['{ "a" :\t1 , "b":\r\n2 }', 'json', ['{ "a" :\t1 , "b":\r\n2 }']],
    ['{"é":"ü\\u00fc\\n\\"\\\\"}', 'json', ['{"é":"ü\\u00fc\\n\\"\\\\"}']],
    ['{"a":{"x":1},"b":{"x":1}}', 'json', ['{"a":{"x":1},"b":{"x":1}}']],
    ['[{"a":1}, {"a":2}\n,{}]', 'json', ['{"a":1}', '{"a":2}', '{}']],
    ['{"a":1}\n{"a":2}', 'ndjson', ['{"a":1}', '{"a":2}']],
    ['\n{"a":1}  \r\n\r\n  {"a":2}\n', 'ndjson', ['{"a":1}', '{"a":2}']],
    ['{"a":123456789012345}', 'json', ['{"a":123456789012345}']],
  ])('%j as %s', (text, format, events) => {
    expect(scan(text, format)).toEqual(events);
  });
});

describe('left for a closer look', () => {
  it.each<[string, BodyFormat]>([
    ['', 'json'],
    ['7', 'json'],
    ['[]', 'json'],
    ['[{}', 'json'],
    ['[{},]', 'json'],
    ['[{}]x', 'json'],
    ['{"a":1}{"b":2}', 'json'],
    ['{"a":1}\n{"b":2}', 'json'],
    ['{"a":1}{"b":2}', 'ndjson'],
    ['{"a":\n1}', 'ndjson'],
    ['{"a":1},{"b":[{}\n{}]}', 'ndjson'],
    ['[{"a":1}]', 'ndjson'],
    ['{"a":1,}', 'json'],
    ['{"a"}', 'json'],
    ['{"a":}', 'json'],
    ['{a:1}', 'json'],
    ['{"a":01}', 'json'],
    ['{"a":1.}', 'json'],
    ['{"a":.5}', 'json'],
    ['{"a":+1}', 'json'],
    ['{"a":-}', 'json'],
    ['{"a":tru}', 'json'],
    ['{"a":truE}', 'json'],
    ['{"a":nulll}', 'json'],
    ['{"a":"\t"}', 'json'],
    ['{"a":"\\x"}', 'json'],
    ['{"a":"\\u12g4"}', 'json'],
    ['{"a":"\\"}', 'json'],
    ['{"a":[1}', 'json'],
    ['{"a":{"b":1]}', 'json'],
    // What JSON allows, and we look at more closely.
    ['{"a":1,"a":2}', 'json'],
    ['{"x":{"a":1,"b":{"c":1},"a":3}}', 'json'],
    ['{"\\u0061":1}', 'json'],
    ['{"__proto__":1}', 'json'],
    ['{"a":1e5}', 'json'],
    ['{"a":1234567890123456}', 'json'],
    [`{"a":${'['.repeat(6)}${']'.repeat(6)}}`, 'json'],
    [Array.from({ length: 21 }, () => '{}').join('\n'), 'ndjson'],
    ['\ufeff{"a":1}', 'json'],
    ['{"a":1}\u00a0\n{"a":2}', 'ndjson'],
  ])('%j as %s', (text, format) => {
    expect(scan(text, format)).toBeUndefined();
  });
});

/** Mostly nothing that needs a closer look, so that most of them take the fast way. */
const plainEvent = fc.dictionary(
  fc.string({ minLength: 1, maxLength: 8 }),
  fc.oneof(
    fc.string(),
    fc.string({ unit: 'grapheme' }),
    fc.integer(),
    fc.float({ min: 0, max: 100, noNaN: true }).map((value) => Math.round(value * 100) / 100),
    fc.boolean(),
    fc.jsonValue({ maxDepth: 2 }),
  ),
  { maxKeys: 6 },
);

describe('whatever the bytes', () => {
  it('takes nothing that the careful way refuses or reads as something else', () => {
    let taken = 0;
    const body = fc
      .tuple(
        fc.array(plainEvent, { minLength: 1, maxLength: 4 }),
        fc.constantFrom(
          { format: 'json' as const, separator: ',', wrap: true },
          { format: 'ndjson' as const, separator: '\n', wrap: false },
          { format: 'ndjson' as const, separator: ' \r\n', wrap: false },
          { format: 'json' as const, separator: '\n', wrap: false },
        ),
      )
      .map(([events, { format, separator, wrap }]) => {
        const joined = events.map((event) => JSON.stringify(event)).join(separator);
        return { format, text: wrap ? `[${joined}]` : joined };
      });
    /** A few bytes changed, taken out or put in: nearly JSON is the hard case. */
    const damaged = fc
      .tuple(
        body,
        fc.array(
          fc.tuple(
            fc.nat(),
            fc.constantFrom('{', '}', '[', ']', '"', ',', ':', '\\', '\n', '0', '1', 'e', ' ', ''),
          ),
          { maxLength: 3 },
        ),
        fc.boolean(),
      )
      .map(([{ format, text: whole }, changes, insert]) => ({
        format,
        text: changes.reduce((text, [where, piece]) => {
          const at = text.length === 0 ? 0 : where % text.length;
          return text.slice(0, at) + piece + text.slice(insert ? at : at + 1);
        }, whole),
      }));
    fc.assert(
      fc.property(fc.oneof(body, damaged), ({ format, text }) => {
        const events = scan(text, format);
        if (events === undefined) return;
        taken++;
        const careful = readCarefully(Buffer.from(text), false, format, limits);
        expect(careful).toMatchObject({ ok: true, value: { count: events.length, exact: false } });
        if (!careful.ok) return;
        const lines = careful.value.bytes.toString().split('\n');
        expect(events.map((event) => JSON.parse(event) as unknown)).toEqual(
          lines.map((line) => JSON.parse(line) as unknown),
        );
      }),
      { numRuns: 5000 },
    );
    expect(taken).toBeGreaterThan(500);
  });
});
