import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readMark } from '../../support/mark-file.ts';

/** The threads that note which contract's code they run. */
export const markedThreads = ['together', 'waiting'] as const;

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;
const longestDoubtMs = 10 * minuteMs;

/** How often the process has ended while this code ran, and when it did last. */
interface Death {
  deaths: number;
  at: number;
  /** It has ended a process that ran nothing else, too. */
  isProven?: true;
}
type Deaths = Record<string, Death>;

const bookOfContracts = 'deaths.json';
export const bookOfSteps = 'deaths-of-steps.json';

export interface Killer {
  label: string;
  quietMs: number;
}

/**
 * The contracts, or steps, whose code ran when the process ended lately, from the marks in this folder, which is made. That may be
 * chance, such as a deployment that kills: it is held against the code for a minute, and for ten at most when it comes again within the
 * hour. For longer only what is proven. Undefined where nothing can be written.
 */
export function killersIn(
  folder: string,
  { marks = markedThreads, book = bookOfContracts }: { marks?: readonly string[]; book?: string } = {},
): Killer[] | undefined {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const file = join(folder, book);
    const now = Date.now();
    const deaths = readDeaths(file, now);
    const marked = new Set(marks.map((name) => readMark(join(folder, name))));
    for (const label of marked)
      if (label !== undefined)
        deaths[label] = { ...deaths[label], deaths: (deaths[label]?.deaths ?? 0) + 1, at: now };
    writeFileSync(file, JSON.stringify(deaths), { mode: 0o600 });
    return Object.entries(deaths)
      .map(([label, death]) => ({ label, quietMs: death.at + quietMsOf(death) - now }))
      .filter(({ quietMs }) => quietMs > 0);
  } catch {
    return undefined;
  }
}

/** Its code has ended a process that ran nothing else. Returns for how long it is not to run elsewhere, in milliseconds. */
export function prove(folder: string, label: string, book = bookOfContracts): number {
  const now = Date.now();
  const file = join(folder, book);
  const deaths = readDeaths(file, now);
  const death: Death = { deaths: deaths[label]?.deaths ?? 1, at: now, isProven: true };
  try {
    writeFileSync(file, JSON.stringify({ ...deaths, [label]: death }), { mode: 0o600 });
  } catch {
    // The next start learns it anew.
  }
  return quietMsOf(death);
}

const quietMsOf = ({ deaths, isProven }: Death): number =>
  isProven ? (deaths > 1 ? dayMs : hourMs) : Math.min(minuteMs * 3 ** (deaths - 1), longestDoubtMs);

function readDeaths(file: string, now: number): Deaths {
  try {
    const deaths = JSON.parse(readFileSync(file, 'utf8')) as Deaths;
    return Object.fromEntries(
      Object.entries(deaths).filter(([, { at, isProven }]) => now - at < (isProven ? dayMs : hourMs)),
    );
  } catch {
    return {};
  }
}
