import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as fc from 'fast-check';
import { openEvents } from '../../src/cli/event-source.ts';
import type { Io } from '../../src/cli/io.ts';

let cwd: string;
beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'sentinel-events-'));
});
afterAll(() => rm(cwd, { recursive: true, force: true }));

const ioWith = (stdin: Readable): Io => ({
  stdin,
  stdout: new PassThrough(),
  stderr: new PassThrough(),
  env: {},
  cwd,
  columns: undefined,
  interactive: false,
});

async function read(chunks: (string | Buffer)[]): Promise<{ unit: string; events: [number, string][] }> {
  const { unit, events } = await openEvents(
    ioWith(Readable.from(chunks.map((chunk) => Buffer.from(chunk)))),
    '-',
  );
  const found: [number, string][] = [];
  for await (const { number, text } of events) found.push([number, text]);
  return { unit, events: found };
}

describe('events of a file', () => {
  it('streams NDJSON, counts blank lines, and takes a last line without line feed', async () => {
    expect(await read(['\uFEFF\n{"a":1}\r\n\n{"a', '":2}\nnot json'])).toEqual({
      unit: 'line',
      events: [
        [2, '{"a":1}'],
        [4, '{"a":2}'],
        [5, 'not json'],
      ],
    });
  });

  it('takes the elements of an array, and one object over several lines, digit by digit', async () => {
    expect((await read(['[\n{"n": 1.10},\n{"n": 12345678901234567890}\n]'])).events).toEqual([
      [1, '{"n": 1.10}'],
      [2, '{"n": 12345678901234567890}'],
    ]);
    expect(await read(['{\n"n": 1.10\n}'])).toEqual({ unit: 'event', events: [[1, '{ "n": 1.10 }']] });
  });

  it('does not break a line at U+2028, which JSON strings may hold', async () => {
    expect((await read(['{"a":"x\u2028y"}\n{"a":"\u2029"}'])).events).toHaveLength(2);
  });

  it('puts characters together that a chunk has cut', async () => {
    const bytes = Buffer.from('{"a":"é日"}\n{"b":1}');
    const chunks = [...bytes].map((byte) => Buffer.from([byte]));
    expect((await read(chunks)).events.map(([, text]) => text)).toEqual(['{"a":"é日"}', '{"b":1}']);
  });

  it('gives back every JSON value that was written, whatever the format', async () => {
    const objects = fc.array(fc.dictionary(fc.string(), fc.jsonValue()), { minLength: 1, maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(objects, fc.constantFrom('ndjson', 'json', 'pretty'), async (values, format) => {
        const text =
          format === 'ndjson'
            ? values.map((value) => JSON.stringify(value)).join('\n')
            : JSON.stringify(values, null, format === 'pretty' ? 2 : 0);
        const { events } = await read([text]);
        expect(events.map(([, event]) => JSON.parse(event) as unknown)).toEqual(
          JSON.parse(JSON.stringify(values)),
        );
      }),
      { numRuns: 100 },
    );
  });

  it.each([
    [Buffer.from([0x7b, 0xff, 0x7d]), 'not UTF-8'],
    ['hello\nworld', 'not valid JSON'],
    ['[1,2', 'not valid JSON'],
  ])('refuses %j', async (text, message) => {
    await expect(read([text])).rejects.toThrow(message);
  });

  it('finds nothing in an empty file, and says when there is no file', async () => {
    await writeFile(join(cwd, 'empty.json'), '');
    const { events } = await openEvents(ioWith(Readable.from([])), 'empty.json');
    const found = [];
    for await (const event of events) found.push(event);
    expect(found).toEqual([]);
    await expect(openEvents(ioWith(Readable.from([])), 'no.json')).rejects.toThrow("can't be read");
  });
});
