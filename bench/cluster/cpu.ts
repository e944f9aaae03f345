import { readFileSync, readdirSync } from 'node:fs';

/** CPU seconds by part. */
export type CpuSeconds = Record<string, number>;

interface Process {
  parent: number;
  seconds: number;
}

/** Ticks of the clock in `/proc`, on every Linux that Node runs on. */
const ticksPerSecond = 100;

/**
 * What the children of this process have used, and theirs, dead ones included; by the first part that `partOf` finds in
 * the command line. Linux only.
 */
export function cpuOfChildren(partOf: (command: string) => string | undefined): CpuSeconds {
  const processes = new Map<number, Process>();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const found = readProcess(Number(name));
    if (found !== undefined) processes.set(Number(name), found);
  }
  const used: CpuSeconds = {};
  for (const [pid, { seconds }] of processes) {
    const lineage = ancestors(pid, processes);
    if (!lineage.includes(process.pid)) continue;
    const part = [pid, ...lineage].map((one) => partOf(commandOf(one))).find((one) => one !== undefined);
    if (part !== undefined) used[part] = (used[part] ?? 0) + seconds;
  }
  return used;
}

export function between(before: CpuSeconds, after: CpuSeconds): CpuSeconds {
  return Object.fromEntries(
    Object.entries(after).map(([part, seconds]) => [part, seconds - (before[part] ?? 0)]),
  );
}

function readProcess(pid: number): Process | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name, in brackets, may hold anything.
    const fields = text
      .slice(text.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number);
    // User and system time, its own and that of children that have ended.
    const ticks = fields.slice(11, 15).reduce((sum, one) => sum + one, 0);
    return { parent: fields[1]!, seconds: ticks / ticksPerSecond };
  } catch {
    return undefined; // it has ended meanwhile
  }
}

function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    return '';
  }
}

function ancestors(pid: number, processes: ReadonlyMap<number, Process>): number[] {
  const found: number[] = [];
  for (let at = processes.get(pid)?.parent; at !== undefined && at > 0; at = processes.get(at)?.parent)
    found.push(at);
  return found;
}
