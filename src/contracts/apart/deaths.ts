import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readMark } from '../../support/mark-file.ts';

/** The threads that note which contract's code they run. */
export const markedThreads = ['together', 'waiting'] as const;

const firstQuietMs = 60_000;
const factor = 60;
const longestQuietMs = 24 * 3_600_000;

/** By contract: how often the process has ended while its code ran, and when it did last. */
type Deaths = Record<string, { deaths: number; at: number }>;

export interface Killer {
  label: string;
  quietMs: number;
}

/**
 * The contracts, or steps, whose code ran when the process ended lately, from the marks in this folder, which is made. After the first time
 * that may be chance, and is held against it for a minute; after the second for an hour, then for a day. Undefined where
 * nothing can be written.
 */
export function killersIn(
  folder: string,
  { marks = markedThreads, book = 'deaths.json' }: { marks?: readonly string[]; book?: string } = {},
): Killer[] | undefined {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const file = join(folder, book);
    const now = Date.now();
    const deaths = readDeaths(file, now);
    const marked = new Set(marks.map((name) => readMark(join(folder, name))));
    for (const label of marked)
      if (label !== undefined) deaths[label] = { deaths: (deaths[label]?.deaths ?? 0) + 1, at: now };
    writeFileSync(file, JSON.stringify(deaths), { mode: 0o600 });
    return Object.entries(deaths)
      .map(([label, { deaths: count, at }]) => ({
        label,
        quietMs: at + Math.min(firstQuietMs * factor ** (count - 1), longestQuietMs) - now,
      }))
      .filter(({ quietMs }) => quietMs > 0);
  } catch {
    return undefined;
  }
}

function readDeaths(file: string, now: number): Deaths {
  try {
    const deaths = JSON.parse(readFileSync(file, 'utf8')) as Deaths;
    return Object.fromEntries(Object.entries(deaths).filter(([, { at }]) => now - at < longestQuietMs));
  } catch {
    return {};
  }
}
