import { describe, expect, it } from 'vitest';
import { contract, heal, number, text } from './evidence-support.ts';

const take = async (declared: string, sent: string) =>
  heal(contract('reading', { k: text, [declared]: number }), { k: 'a', [sent]: 5 });

describe('the letters of every script are letters of a name', () => {
  it.each([
    ['сумма', 'Сумма'],
    ['金額', '金額 '],
    ['имя_поля', 'имяПоля'],
    ['größe', 'GRÖSSE'],
    ['ｐｒｉｃｅ', 'price'],
  ])('%s from %s', async (declared, sent) => {
    expect(await take(declared, sent)).toEqual({ k: 'a', [declared]: 5 });
  });

  it.each([
    ['住所', '名前'],
    ['сумма', 'Налог'],
    ['金額_税', '金額'],
    ['ハハ', 'ババ'],
    ['price', '旧_price'],
    ['price', 'price（税抜）'],
    ['price', 'старая price'],
    ['price', 'ß_price'],
  ])('%s not from %s', async (declared, sent) => {
    expect(await take(declared, sent)).toMatch('missing');
  });
});

describe('a sign that neither parts nor wraps words is one of the name', () => {
  it.each(['@price', '$price', '"price"', '[price]', 'Price:', 'price\u200b', '\ufeffprice', '_price'])(
    '%s is price',
    async (sent) => {
      expect(await take('price', sent)).toEqual({ k: 'a', price: 5 });
    },
  );

  it.each([
    ['tax', 'tax %'],
    ['tax', 'tax(%)'],
    ['order', '# order'],
    ['active', '!active'],
    ['price', 'Σ price'],
    ['price', '<price'],
    ['price', 'price $'],
    ['temp', 'temp_℉'],
    ['rate_ms', 'rate_m/s'],
    ['rate_ms', 'rate_ms⁻¹'],
    ['price_unit', 'unit/price'],
  ])('%s is not %s', async (declared, sent) => {
    expect(await take(declared, sent)).toMatch('missing');
  });
});
