import { expect, it } from 'vitest';
import * as z from 'zod';
import { parseWith } from '../../src/server/mount.ts';

it('a field that was not sent is said to be missing, by its name', () => {
  const parsed = parseWith(z.strictObject({ filter: z.object({}) }), {});
  expect(parsed).toMatchObject({
    ok: false,
    error: { status: 422, detail: 'filter: it is needed, and missing' },
  });
});
