import type { Command } from 'commander';
import { print, printJson, say, type Io } from './io.ts';

/** Of a command that says what it would do, asks, and does it. */
export interface ActOptions {
  dryRun?: boolean;
  yes?: boolean;
  json?: boolean;
}

export const withTrial = (command: Command): Command =>
  command
    .option('--dry-run', 'only say what would happen')
    .option('--yes', 'do not ask')
    .option('--json', 'print JSON');

/** Says what a dry run found; true when that is all that was asked for. */
export function wasAll(io: Io, { dryRun, json }: ActOptions, trial: unknown, forecast: string): boolean {
  if (dryRun !== true) say(io, forecast);
  else if (json === true) printJson(io, trial);
  else print(io, forecast);
  return dryRun === true;
}
