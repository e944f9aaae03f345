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
  const csv = (text: unknown, options?: Parameters<typeof formatCsv>[2]) =>
    formatCsv(['v'], [[text]], options).slice(2);

  it('spells control characters on a terminal, and nowhere else', () => {
    const hostile = '\u001b]0;owned\u0007\u202Eevil\r';
    expect(csv(hostile)).toBe(`"${hostile}"`);
    expect(csv(hostile, { forTerminal: true })).toBe('\\u001b]0;owned\\u0007\\u202eevil\\u000d');
    expect(csv('a\tb\nc', { forTerminal: true })).toBe('"a\tb\nc"');
  });

  it('is safe for a spreadsheet when asked to, without a change to numbers', () => {
    const formulas = ['=1+1', '+49 170 1234567', '-2+3', '@SUM(A1)', '\t=1', ' =1', '-'];
    for (const text of formulas) {
      expect(csv(text)).toBe(text);
      expect(csv(text, { safeCells: true })).toBe(`'${text}`);
    }
    expect(csv('=HYPERLINK("http://x","y")', { safeCells: true })).toBe(`"'=HYPERLINK(""http://x"",""y"")"`);
    for (const number of [-5, '-5', '-12.50', '+3', '-1e-7', -1e-7])
      expect(csv(number, { safeCells: true })).toBe(String(number));
    for (const plain of ['a=b', 'x', '', 'a@b.c']) expect(csv(plain, { safeCells: true })).toBe(plain);
  });

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
