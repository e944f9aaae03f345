import { describe, expect, it } from 'vitest';
import { formatCsv, formatTable } from '../../src/cli/table.ts';

describe('a table', () => {
  it('aligns text on the left and numbers on the right', () => {
    expect(
      formatTable(
        ['name', 'n'],
        [
          ['a', 1],
          ['bcdef', '20.5'],
          ['', null],
        ],
      ),
    ).toBe(['name      n', '─────  ────', 'a         1', 'bcdef  20.5', ''].join('\n'));
  });

  it('cuts the widest column to fit the terminal', () => {
    const lines = formatTable(['id', 'text'], [[1, 'x'.repeat(100)]], 20).split('\n');
    expect(lines[2]).toBe(` 1  ${'x'.repeat(15)}…`);
  });

  it('counts what a terminal shows, not code units', () => {
    const lines = formatTable(
      ['a', 'b'],
      [
        ['日本', 'x'],
        ['abcd', 'y'],
      ],
    ).split('\n');
    expect(lines.slice(2)).toEqual(['日本  x', 'abcd  y']);
  });

  it('disarms escape sequences and line breaks of senders', () => {
    const text = formatTable(['v'], [['\u001b[2Jboo\r\n\u202Eevil']]);
    expect(text.split('\n')[2]).toBe('·[2Jboo···evil');
  });
});

describe('CSV', () => {
  it('quotes only what needs it, and keeps every value as it is', () => {
    expect(
      formatCsv(
        ['a', 'b'],
        [
          ['x,y', 'say "hi"'],
          [null, { k: 1 }],
          ['1.50', true],
        ],
      ),
    ).toBe(['a,b', '"x,y","say ""hi"""', ',"{""k"":1}"', '1.50,true'].join('\n'));
  });
});
