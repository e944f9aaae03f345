import { expect, it } from 'vitest';
import type { Table } from '../../src/load/destination.ts';
import { Refused } from '../../src/load/refused.ts';
import { SentinelError } from '../../src/model/errors.ts';

const tableOf = (name: string): Table => ({ name, contract: name, columns: [], key: [] });
const away = new SentinelError('destination_unavailable', 'no route');
const locked = new SentinelError('destination_unavailable', 'table b is locked');

/** A destination that can't prepare some tables, or (`isAway`) nothing. */
function destinationWith({ bad, isAway = false }: { bad: string[]; isAway?: boolean }) {
  return {
    async prepare(tables: readonly Table[]) {
      if (isAway) throw away;
      if (tables.some(({ name }) => bad.includes(name))) throw locked;
    },
  };
}

it('a table that can’t be prepared waits, whatever the matter is, until it can', async () => {
  const bad = ['b'];
  const refused = new Refused();
  await refused.prepare(destinationWith({ bad }), [tableOf('a'), tableOf('b')]);
  expect(refused.names()).toEqual(['b']);
  expect(refused.why('b')).toBe('table b is locked');
  expect(await refused.again('b')).toBe('table b is locked');
  bad.pop();
  expect(await refused.again('b')).toBeUndefined();
  expect(refused.names()).toEqual([]);
});

it.each([
  ['is away', { bad: [], isAway: true }, away],
  ['can prepare none', { bad: ['a', 'b'] }, locked],
])('a destination that %s is not open', async (_, state, error) => {
  const preparing = new Refused().prepare(destinationWith(state), [tableOf('a'), tableOf('b')]);
  await expect(preparing).rejects.toBe(error);
});
