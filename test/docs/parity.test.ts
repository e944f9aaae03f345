import { readFile, readdir } from 'node:fs/promises';
import { expect, it } from 'vitest';

const root = new URL('../../', import.meta.url);

/** Paths below `test/`, with their text. */
async function testFiles(): Promise<Map<string, string>> {
  const files = await readdir(new URL('test/', root), { recursive: true });
  const sources = files.filter((file) => file.endsWith('.ts') && !file.startsWith('docs/'));
  return new Map(
    await Promise.all(
      sources.map(
        async (file) => [file, await readFile(new URL(`test/${file}`, root), 'utf8')] as [string, string],
      ),
    ),
  );
}

it('every test that docs/parity.md names exists', async () => {
  const [page, files] = await Promise.all([readFile(new URL('docs/parity.md', root), 'utf8'), testFiles()]);
  const rows = page.split('\n').filter((line) => line.startsWith('|'));
  let checked = 0;
  for (const row of rows) {
    let where = '';
    for (const [, path, name] of row.matchAll(/`([a-z0-9-]+\/[\w/-]*)`|"([^"]+)"/g)) {
      if (path !== undefined) {
        where = path;
        expect(
          [...files.keys()].filter((file) => file.startsWith(where)),
          row,
        ).not.toEqual([]);
        continue;
      }
      // A shared suite counts for whoever runs it; `…` stands for anything.
      const texts = [...files].filter(([file]) => file.startsWith(where) || file.startsWith('conformance/'));
      const parts = name!.split('…').map((part) => part.trim());
      const found = texts.some(([, text]) => parts.every((part) => text.includes(part)));
      expect(found, `no test below test/${where} is named "${name!}"`).toBe(true);
      checked++;
    }
  }
  expect(checked).toBeGreaterThan(40);
});
