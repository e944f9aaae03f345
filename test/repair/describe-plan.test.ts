import { expect, it } from 'vitest';
import { describeOperation, describePlan } from '../../src/repair/plans/describe-plan.ts';
import type { Operation } from '../../src/model/plan.ts';

it.each<[Operation, string]>([
  [{ op: 'move', from: '/price', to: '/amount' }, 'move /price to /amount'],
  [{ op: 'copy', from: '/a', to: '/b' }, 'copy /a to /b'],
  [{ op: 'remove', path: '/debug' }, 'remove /debug'],
  [{ op: 'cast', path: '/age', to: 'integer' }, 'read /age as a whole number'],
  [
    { op: 'cast', path: '/due', to: 'date', format: 'DD/MM/YYYY' },
    'read /due as a date, written as DD/MM/YYYY',
  ],
  [
    { op: 'cast', path: '/at', to: 'datetime', format: 'unix' },
    'read /at as a date and time, written as seconds since 1970',
  ],
  [{ op: 'split', from: '/name', separator: ' ', to: ['/a', '/b'] }, 'split /name at " " into /a and /b'],
  [
    { op: 'join', from: ['/a', '/b', '/c'], separator: '-', to: '/d' },
    'join /a, /b and /c with "-" between into /d',
  ],
  [{ op: 'join', from: ['/a', '/b'], separator: '', to: '/d' }, 'join /a and /b into /d'],
  [{ op: 'map', path: '/state', values: { offen: 'open' } }, 'read in /state "offen" as "open"'],
  [{ op: 'parse', path: '/payload' }, 'read the JSON text in /payload'],
  [{ op: 'wrap', path: '/tags' }, 'make /tags a list of one'],
  [{ op: 'unwrap', path: '/tags' }, 'take the one element out of /tags'],
  [{ op: 'trim', path: '/a' }, 'trim the spaces around /a'],
  [{ op: 'upper', path: '/a' }, 'put /a in upper case'],
  [{ op: 'lower', path: '/a' }, 'put /a in lower case'],
])('%j', (operation, words) => {
  expect(describeOperation(operation)).toBe(words);
});

it('a plan is its operations, in their order', () => {
  expect(
    describePlan({
      operations: [
        { op: 'move', from: '/price', to: '/amount' },
        { op: 'trim', path: '/amount' },
      ],
    }),
  ).toEqual(['move /price to /amount', 'trim the spaces around /amount']);
});
