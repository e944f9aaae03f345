import formats from 'ajv-formats';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { isUrl } from '../../src/contracts/json-schema/formats.ts';
import { measureWork } from '../helpers/work.ts';

const parts = [
  'http://',
  'https://',
  'ftp://',
  'a',
  'b.de',
  '@',
  ':',
  '/',
  '.',
  '-',
  'é',
  ' ',
  '\n',
  '10.0.0.1',
  '8.8.8.8',
  ':80',
  '?q',
];

it('takes and refuses the texts that the pattern of ajv-formats does', () => {
  const original = formats.default.get('url') as RegExp;
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...parts), { maxLength: 9 }), (list) => {
      for (const text of [list.join(''), `http://${list.join('')}`])
        expect(isUrl(text)).toBe(original.test(text));
    }),
    { numRuns: 3000 },
  );
});

it.each(['::', 'a:', 'a@', 'aa.bb@', 'a.aa/@', 'a.', 'a-', '-', '@', ':@', '/'])(
  'takes time in proportion to the text, repeated: %s',
  (unit) => {
    for (const end of ['', ' ', '!', '@', '@a.de']) {
      const text = `http://a@${unit.repeat(1_000_000 / unit.length)}${end}`;
      const work = measureWork();
      isUrl(text);
      expect(work()).toBeLessThan(1000);
    }
  },
);
