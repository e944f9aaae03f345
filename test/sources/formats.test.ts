import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatOf, readLines } from '../../src/sources/formats/content-type.ts';
import type { BodyFormat } from '../../src/support/lines.ts';
import { splitArray } from '../../src/ingest/split-array.ts';

const limits = { maxEvents: 5, maxDepth: 8 };
const json = (text: string | Buffer) => read(text, 'json');
const ndjson = (text: string) => read(text, 'ndjson');

/** With the lines as text, which reads better than bytes. */
function read(body: string | Buffer, format: BodyFormat) {
  const lines = readLines(Buffer.from(body), format, limits);
  if (!lines.ok) return lines;
  const { bytes, ...rest } = lines.value;
  return { ok: true, value: { text: bytes.toString(), ...rest } };
}

describe('media types', () => {
  it.each([
    [undefined, 'json'],
    ['application/json', 'json'],
    ['application/json; charset=utf-8', 'json'],
    ['application/vnd.github+json', 'json'],
    ['application/cloudevents+json; charset=utf-8', 'cloudevent'],
    ['application/cloudevents-batch+json', 'cloudevents'],
    ['application/x-ndjson', 'ndjson'],
    ['application/jsonl', 'ndjson'],
    ['application/jsonlines', 'ndjson'],
    ['text/x-ndjson', 'ndjson'],
    ['Text/Plain; charset=UTF-8', 'json'],
    ['application/x-www-form-urlencoded', 'form'],
    ['multipart/form-data; boundary=x', undefined],
    ['text/html', undefined],
  ])('reads %s as %s', (type, format) => {
    expect(formatOf(type)).toBe(format);
  });
});

describe('a JSON body', () => {
  it('takes an object as one event', () => {
    expect(json('{"a":1}')).toEqual({
      ok: true,
      value: { text: '{"a":1}', count: 1, exact: false, plain: true, many: false },
    });
  });

  it.each([
    ['{"a":"b"}', true],
    ['{"a":"ä"}', false],
    ['{"a":"\\n"}', false],
  ])('tells that %s is plain ASCII: %s', (text, plain) => {
    expect(json(text)).toMatchObject({ ok: true, value: { plain } });
  });

  it('keeps the text as it was sent, on one line', () => {
    expect(json('{\n  "amount": 1.50,\r\n  "note": "a\\nb"\n}')).toMatchObject({
      ok: true,
      value: { text: '{   "amount": 1.50,    "note": "a\\nb" }' },
    });
  });

  it('takes each element of an array as an event, with every digit it was written with', () => {
    expect(json('[{"a":1.10}, {"a":[1,{"b":"],["}]}]')).toMatchObject({
      ok: true,
      value: { text: '{"a":1.10}\n{"a":[1,{"b":"],["}]}', count: 2, many: true },
    });
  });

  it('takes a byte order mark', () => {
    expect(json('\ufeff{"a":1}')).toMatchObject({ ok: true, value: { count: 1 } });
  });

  it.each([
    ['', 400, 'empty_body'],
    ['  \n', 400, 'empty_body'],
    ['{"a":', 400, 'malformed_json'],
    ['{"a":1}{"b":2}', 400, 'malformed_json'],
    ['{"a":NaN}', 400, 'malformed_json'],
    ['"text"', 422, 'not_an_object'],
    ['7', 422, 'not_an_object'],
    ['null', 422, 'not_an_object'],
    ['[]', 422, 'no_events'],
    ['[{"a":1}, 7]', 422, 'events_refused'],
    ['[{},{},{},{},{},{}]', 413, 'too_many_events'],
    ['{"a":1,"a":2}', 422, 'duplicate_key'],
    ['{"a" : 1, "\\u0061":2}', 422, 'duplicate_key'],
    ['{"x":{"a":1,"b":{},"a":3}}', 422, 'duplicate_key'],
    ['{"__proto__":{"admin":true}}', 422, 'forbidden_key'],
    ['{"\\u005f_proto__":1}', 422, 'forbidden_key'],
    ['{"a":1e999}', 422, 'number_out_of_range'],
    [`{"a":${'['.repeat(9)}${']'.repeat(9)}}`, 422, 'too_deep'],
  ])('refuses %s with %i %s', (text, status, code) => {
    expect(json(text)).toMatchObject({ ok: false, error: { status, code } });
  });

  it('refuses bytes that are not UTF-8', () => {
    expect(json(Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x7d]))).toMatchObject({
      ok: false,
      error: { code: 'invalid_utf8' },
    });
    expect(json(gzipSync('{}'))).toMatchObject({ ok: false });
  });

  it('quotes nothing of a malformed body: it may hold customer data', () => {
    const refused = json('{"email": ada@example.com}');
    expect(JSON.stringify(refused)).not.toContain('ada');
    expect(refused).toMatchObject({ error: { detail: expect.stringContaining('character 10') as string } });
  });

  it('does not take a colon within strings for a repeated key', () => {
    expect(json('{"a":"\\":\\":","b":":"}')).toMatchObject({ ok: true });
    expect(json('{"toString":1,"constructor":2}')).toMatchObject({ ok: true });
  });

  it('marks numbers that a 64-bit float would round', () => {
    expect(json('{"a":12345678901234567890}')).toMatchObject({ ok: true, value: { exact: true } });
    expect(json('{"a":0.1234567890123456789}')).toMatchObject({ ok: true, value: { exact: true } });
    expect(json('{"a":0.30000000000000004,"b":"12345678901234567890"}')).toMatchObject({
      ok: true,
      value: { exact: false },
    });
  });
});

describe('an NDJSON body', () => {
  it('takes each line as an event and passes over empty ones', () => {
    expect(ndjson('{"a":1}\r\n\n {"b":2} \n')).toMatchObject({
      ok: true,
      value: { text: '{"a":1}\n{"b":2}', count: 2, many: true },
    });
  });

  it('names the lines that are wrong, and takes none', () => {
    expect(ndjson('{"a":1}\n{"a":\n7\n{"b":1,"b":2}\n')).toMatchObject({
      ok: false,
      error: {
        status: 400,
        code: 'malformed_json',
        errors: [{ line: 2 }, { line: 3, detail: 'not a JSON object' }, { line: 4 }],
      },
    });
  });

  it('is not fooled by lines that are valid only together', () => {
    expect(ndjson('{"a":1},{"b":[{}\n{}]}')).toMatchObject({ ok: false, error: { status: 400 } });
  });
});

describe('splitArray', () => {
  it('finds the elements of any JSON array', () => {
    fc.assert(
      fc.property(
        fc.array(fc.jsonValue({ maxDepth: 4 })),
        fc.constantFrom(undefined, 1, 2),
        (values, indent) => {
          const parts = splitArray(JSON.stringify(values, null, indent));
          expect(parts.map((part) => JSON.parse(part) as unknown)).toEqual(
            JSON.parse(JSON.stringify(values)),
          );
        },
      ),
    );
  });
});
