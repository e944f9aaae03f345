import { describe, expect, test } from 'vitest';
import { checkText } from '../../../src/load/destinations/postgres/statement-check.ts';
import { measureWork } from '../../helpers/work.ts';

describe('a call cannot hide behind apostrophes', () => {
  test.each([
    ['in comments', `select /*'*/ pg_sleep(1) /*'*/`],
    ['in comments to the end of the line', `select 1 --'\n, pg_sleep(1) --'`],
    ['behind a backslash', `select E'\\'', pg_sleep(1), '1'`],
    ['between dollar signs', `select $$'$$, pg_sleep(1), $$'$$`],
    ['in names', `select 1 as "'", pg_sleep(1) as "'"`],
  ])('%s', (_, sql) => {
    expect(() => checkText(sql)).toThrow('pg_sleep');
  });

  test('what a literal says is no call', () => {
    const sql = `select * from t where a = 'it''s pg_sleep(1)' and "b" = 'x'`;
    expect(checkText(`${sql} ;\n`).text).toBe(sql);
  });
});

test.each([
  ['white space', `select ${' '.repeat(99_000)}1`],
  ['apostrophes', `select ${"'".repeat(99_000)}`],
  ['names', `select ${'pg_'.repeat(33_000)}`],
])('a long text of %s is checked within a second', (_, sql) => {
  const worked = measureWork();
  checkText(sql);
  expect(worked()).toBeLessThan(1000);
});
