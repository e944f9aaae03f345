import { statSync } from 'node:fs';
import { open } from 'lmdb';
import type { Depth } from './examine.ts';

/** Reads a store from end to end, and writes how many entries there are, or what is wrong. Nothing is changed. */
const [path, depth] = process.argv.slice(2) as [string, Depth];
const most = depth === 'whole' ? Infinity : 2000;

const metaPages = 2;

const tables = [
  { name: 'records', json: true },
  { name: 'log', json: false },
  { name: 'retries', json: false },
  { name: 'state', json: true },
  { name: 'expiry', json: false },
  { name: 'published-keys', json: false },
] as const;

try {
  process.stdout.write(String(read()));
} catch (error) {
  process.stdout.write(error instanceof Error ? error.message : 'it cannot be read');
  process.exitCode = 1;
}

function read(): number {
  const root = open({ path, noSubdir: true, readOnly: true, encoding: 'binary', maxDbs: 8 });
  const { pageSize, lastPageNumber } = root.getStats() as { pageSize: number; lastPageNumber: number };
  const [size, needed] = [statSync(path).size, (lastPageNumber + 1) * pageSize];
  if (size < needed) throw new Error(`it is cut off: ${size} bytes are left of ${needed}`);
  let entries = 0;
  let found = 0;
  for (const { name, json } of tables) {
    const table = root.openDB<Buffer, Buffer>({
      name,
      encoding: 'binary',
      keyEncoding: 'binary',
      useVersions: json,
    });
    // One that was never written to is not there.
    if ((table as unknown) === undefined) continue;
    found++;
    for (const reverse of [false, true]) {
      let left = most;
      for (const { key, value } of table.getRange({ reverse })) {
        if (json) check(name, value);
        if (key.length === 0) throw new Error(`an entry of ${name} has no key`);
        if (!reverse) entries++;
        if (--left === 0) break;
      }
      if (depth === 'whole') break;
    }
  }
  // The first pages say where the others are; a store that was made has tables.
  if (found === 0 && lastPageNumber > metaPages) throw new Error('none of its tables is there');
  return entries;
}

function check(table: string, value: Buffer): void {
  try {
    JSON.parse(value.toString());
  } catch {
    throw new Error(`an entry of ${table} is not what was written`);
  }
}
