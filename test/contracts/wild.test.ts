import { expect, it } from 'vitest';
import { installed } from '../../bench/wild/sources.ts';
import { tryOut } from '../../bench/wild/try.ts';

/** A few of what `npm run bench:wild` tries: those that are here. */
const some = [...installed()].filter(
  ({ origin, name }) => origin === 'JSON Schema' || ['push', 'star'].includes(name),
);

it.each(some)('$origin: $name loads as it is, and judges its payloads as its validator does', (wild) => {
  const { refused, payloads, differ } = tryOut(wild);
  expect({ refused, differ }).toEqual({ refused: undefined, differ: [] });
  expect(payloads).toBeGreaterThan(0);
});
