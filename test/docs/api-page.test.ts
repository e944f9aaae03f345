import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { withReference } from '../../scripts/api-reference.ts';

it('docs/api.md lists the requests of the table as they are (else: npm run docs:api)', async () => {
  const page = await readFile(new URL('../../docs/api.md', import.meta.url), 'utf8');
  expect(await withReference(page)).toBe(page);
});
