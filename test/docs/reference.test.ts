import { readFile, readdir } from 'node:fs/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { api as table } from '../../src/api/table.ts';

/** The names by which users reach the service: each in the docs, and none in the docs that is not in the code. */
const root = new URL('../../', import.meta.url);

async function textOf(folder: string, ending: string): Promise<string> {
  const files = await readdir(new URL(folder, root), { recursive: true });
  const wanted = files.filter((file) => file.endsWith(ending));
  return (await Promise.all(wanted.map((file) => readFile(new URL(folder + file, root), 'utf8')))).join('\n');
}

let code: string;
let docs: string;
let api: string;
beforeAll(async () => {
  const pages = ['README.md', 'CONTRIBUTING.md', '.env.example', 'sentinel-config.yaml'];
  const [source, ...texts] = await Promise.all([
    textOf('src/', '.ts'),
    textOf('docs/', '.md'),
    ...pages.map((page) => readFile(new URL(page, root), 'utf8')),
  ]);
  code = source;
  docs = texts.join('\n');
  api = await readFile(new URL('docs/api.md', root), 'utf8');
});

const namesIn = (text: string, pattern: RegExp): string[] =>
  [...new Set([...text.matchAll(pattern)].map(([found]) => found))].toSorted();

/** What the name of a path's parameter is does not matter. */
const shape = (path: string): string => path.replaceAll(/:\w+|\{\w+\}/g, '{}');

describe('the docs name', () => {
  it('every environment variable, and no other', () => {
    const pattern = /\b(?:SENTINEL|OPENAI|REPAIR)_[A-Z_]*[A-Z]\b/g;
    // Put together from parts in the code: SENTINEL_NATS_${name}.
    const inCode = namesIn(code, pattern).filter((name) => name !== 'SENTINEL_NATS');
    expect(inCode.length).toBeGreaterThan(15);
    expect(inCode.filter((name) => !docs.includes(name))).toEqual([]);
    const ofTheConsole = ['SENTINEL_URL'];
    expect(
      namesIn(docs, pattern).filter((name) => !code.includes(name) && !ofTheConsole.includes(name)),
    ).toEqual([]);
  });

  it('every metric, and no other', () => {
    const pattern = /\bsentinel_[a-z_]+[a-z]\b/g;
    const inCode = namesIn(code, pattern);
    expect(inCode).toContain('sentinel_events_total');
    expect(inCode.filter((name) => !api.includes(`\`${name}\``))).toEqual([]);
    expect(namesIn(api, /(?<=`)sentinel_[a-z_]+(?=`)/g).filter((name) => !inCode.includes(name))).toEqual([]);
  });

  it('no request that the table does not have', () => {
    // That all of the table is there is checked with the page's made part.
    const known = new Set(Object.keys(table).map(shape));
    const documented = [...docs.matchAll(/(?:GET|POST|DELETE) \/(?:api\/v1|ingest)[\w/{}:-]*[\w}]/g)].map(
      ([key]) => key,
    );
    expect(documented.length).toBeGreaterThan(50);
    expect(documented.filter((key) => !known.has(shape(key)) && !/\/order\/|\/things\//.test(key))).toEqual(
      [],
    );
  });
});
