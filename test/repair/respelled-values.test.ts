import { describe, expect, it } from 'vitest';
import { spellingMap } from '../../src/repair/healers/heuristics/enums.ts';
import { differInUnit } from '../../src/repair/healers/heuristics/name-form.ts';
import { recased } from '../../src/repair/plans/letter-case.ts';
import { changeByMap } from '../../src/repair/plans/meaning/maps.ts';
import { partsBy } from '../../src/repair/plans/operations/split-join.ts';

describe('a listed value in another spelling', () => {
  it.each([
    ['1', ['+1', '-1', '0']],
    ['_1', ['+1', '-1', '0']],
    ['5', ['-5', '10']],
    ['110', ['1-10', '11-50', '51-200']],
    ['11_50', ['1-10', '11-50', '51-200']],
    ['UTC5', ['UTC-5', 'UTC+1']],
    ['A', ['A+', 'A-', 'B+', 'B-']],
    ['price', ['+price', '-price']],
    ['USS', ['uß', 'x']],
  ])('%j is none of %j: signs and the separators of digits mean something', (value, listed) => {
    expect(spellingMap(value, listed)).toBeUndefined();
  });

  it.each([
    ['onTheWay', 'on_the_way'],
    ['OnTheWay', 'on_the_way'],
    ['ON-THE-WAY', 'on_the_way'],
    ['On The Way', 'on_the_way'],
    ['Tier 1', 'tier_1'],
    ['30Days', '30_days'],
    ['COVID-19', 'covid-19'],
  ])('%j is %j', (value, member) => {
    expect(spellingMap(value, [member, 'other'])).toMatchObject({ [value]: member });
  });

  it.each([
    ['1', '-1'],
    ['110', '1-10'],
    ['A', 'A-'],
  ])('a map of %j to %j is a change, whoever proposes it', (input, output) => {
    expect(changeByMap({ op: 'map', path: '/score', values: { [input]: output } })).toBeDefined();
  });
});

describe('letters in another case', () => {
  it.each(['uß', 'ﬀi', 'ıst', 'ſek', 'µsd'])('%j has no capitals of its own', (text) => {
    expect(recased(text, 'upper')).toBeUndefined();
  });
  it.each(['\u212Ag', 'İ'])('%j has no small letters of its own', (text) => {
    expect(recased(text, 'lower')).toBeUndefined();
  });
  it('what has both is changed', () => {
    expect(recased('eur', 'upper')).toBe('EUR');
    expect(recased('ÉTÉ', 'lower')).toBe('été');
    expect(recased('οδος', 'upper')).toBe('ΟΔΟΣ');
    expect(recased('Maß', 'lower')).toBe('maß');
  });
});

describe('a name that is cut', () => {
  const cut = partsBy(' ', ['/first_name', '/last_name']);
  it.each([
    'Mr Smith',
    'Mrs Doe',
    'Herr Müller',
    'van Gogh',
    'Acme GmbH',
    '[deleted] user',
    'Deleted User',
    '山田 太郎',
    'J Doe',
  ])('%j has no first and last name', (text) => expect(cut(text)).toBeUndefined());
  it('is a first and a last one, and other texts are cut as ever', () => {
    expect(cut('Jane Doe')).toEqual(['Jane', 'Doe']);
    expect(partsBy(' ', ['/amount', '/currency'])('12.5 EUR')).toEqual(['12.5', 'EUR']);
  });
});

describe('units that their case tells apart', () => {
  it.each([
    ['capacity_Gb', 'capacity_gb'],
    ['speed_Mb', 'speed_mb'],
    ['capacity_Gb', 'capacity_GB'],
  ])('%s and %s', (one, other) => expect(differInUnit(one, other)).toBe(true));
  it.each([
    ['Capacity_Gb', 'capacity_gb'],
    ['capacityGb', 'capacity_gb'],
    ['CAPACITY_GB', 'capacity_gb'],
  ])('but %s and %s are two ways to write one', (one, other) => expect(differInUnit(one, other)).toBe(false));
});
