import { expect, it } from 'vitest';
import { installed } from '../../bench/wild/sources.ts';
import { tryOut } from '../../bench/wild/try.ts';

/** A few of what `npm run bench:wild` tries: those that are here. The second validator says the same of these. */
const some = [...installed()].filter(
  ({ origin, name }) => origin === 'JSON Schema' || ['push', 'star'].includes(name),
);

it.each(some)(
  '$origin: $name loads as it is, takes what its publisher sends and refuses what is broken',
  (wild) => {
    const { refused, judged } = tryOut(wild);
    expect(refused).toBeUndefined();
    // Some of GitHub's examples are older than its schemas.
    expect(judged.some(({ kind, ok }) => kind === 'published' && ok)).toBe(true);
    expect(judged.some(({ kind, ok }) => kind === 'broken' && !ok)).toBe(true);
  },
);
