import { readFile, readdir } from 'node:fs/promises';
import { expect, it } from 'vitest';

const root = new URL('../../', import.meta.url);

/** Paths below `test/`, with their text; and the suites that the package exports, as `conformance/`. */
async function testFiles(): Promise<Map<string, string>> {
  const read = async (folder: string): Promise<[string, string][]> => {
    const files = await readdir(new URL(folder, root), { recursive: true });
    const sources = files.filter((file) => file.endsWith('.ts') && !file.startsWith('docs/'));
    return Promise.all(
      sources.map(async (file) => [file, await readFile(new URL(`${folder}${file}`, root), 'utf8')]),
    );
  };
  const exported = await read('src/conformance/');
  return new Map([
    ...(await read('test/')),
    ...exported.map(([file, text]) => [`conformance/${file}`, text] as const),
  ]);
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
