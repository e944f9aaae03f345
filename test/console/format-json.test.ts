import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatJson } from '../../console/src/lib/format-json.ts';

describe('JSON for the editor', () => {
  it('keeps the digits that JavaScript would round', () => {
    const text =
      '{"id":12345678901234567890,"rate":1.10,"tiny":1e-400,"s":"a\\"{,}\\u00e9: [1]","none":[],"o":{}}';
    expect(formatJson(text)).toBe(
      [
        '{',
        '  "id": 12345678901234567890,',
        '  "rate": 1.10,',
        '  "tiny": 1e-400,',
        '  "s": "a\\"{,}\\u00e9: [1]",',
        '  "none": [],',
        '  "o": {}',
        '}',
      ].join('\n'),
    );
  });

  it('says the same as before, and nothing else when said again', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        const formatted = formatJson(text);
        expect(JSON.parse(formatted)).toEqual(JSON.parse(text));
        expect(formatJson(formatted)).toBe(formatted);
      }),
    );
  });

  it('leaves alone what is no JSON', () => expect(formatJson('{"a":')).toBe('{"a":'));
});
