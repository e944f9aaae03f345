import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { isModule } from './unread-files.ts';

/** A contract that a file may hold. */
interface Named {
  name: string;
  version?: string | undefined;
}

const looksAt = 1_000_000;
const named = /\bname["']?\s*[:=]\s*["'`]([^"'`\n]{1,200})["'`]/g;
const versioned = /\bversion["']?\s*[:=]\s*["'`](\d{1,9}\.\d{1,9}\.\d{1,9})["'`]/g;
const texts = /["'`]([\w.:/-]{1,200})["'`]/g;
const endings = /\.(?:schema\.json|d\.[cm]?ts|[cm]?[tj]s|json)$/i;

/**
 * The contracts that a file which can't be read may define, as far as its text tells: its events are not to be judged by another contract. The
 * name of the file counts, too; where the code of a module computes the name, any text in it may be one.
 */
export async function contractsMeantBy(file: string): Promise<Named[]> {
  const text = (await readFile(file, 'utf8').catch(() => '')).slice(0, looksAt);
  const said = found(text, named);
  const names = said.length === 0 && isModule(file) ? found(text, texts) : said;
  const versions = found(text, versioned);
  return [...new Set([basename(file).replace(endings, ''), ...names])].flatMap((name) => [
    { name },
    ...versions.map((version) => ({ name, version })),
  ]);
}

const found = (text: string, pattern: RegExp): string[] => [
  ...new Set([...text.matchAll(pattern)].map(([, word]) => word!)),
];
