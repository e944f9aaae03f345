import { InvalidArgumentError, type Command } from 'commander';
import { letterCodes } from '../model/letter-codes.ts';
import { CliError } from './io.ts';

export interface FilterOptions {
  contract?: string;
  source?: string;
  signature?: string;
  code?: string;
  /** ISO 8601 times. */
  since?: string;
  until?: string;
  q?: string;
}

const unitMs = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** An ISO 8601 time, or a time ago (`90m`, `24h`, `7d`), as an ISO 8601 time. */
export function timeOption(text: string): string {
  const ago = /^(\d{1,6})([smhd])$/.exec(text);
  if (ago !== null)
    return new Date(Date.now() - Number(ago[1]) * unitMs[ago[2] as keyof typeof unitMs]).toISOString();
  // A date alone is midnight in UTC; a time needs its zone.
  const isTime = /^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:\d{2}))?$/.test(text);
  if (!isTime || Number.isNaN(Date.parse(text)))
    throw new InvalidArgumentError('Write 2026-01-31, 2026-01-31T08:00:00Z, or a time ago: 90m, 24h, 7d.');
  return new Date(text).toISOString();
}

/** Which dead letters are meant. */
export function withFilter(command: Command): Command {
  return command
    .option('--contract <name>', 'of this contract')
    .option('--source <name>', 'of this source')
    .option('--signature <signature>', 'that failed in this way (see: sentinel dead-letters groups)')
    .option(
      '--code <code>',
      `that could not be settled for this reason: ${Object.keys(letterCodes).join(', ')}, or a code of a step of yours`,
    )
    .option('--since <time>', 'received then or later: 2026-01-31T08:00:00Z, or a time ago: 24h', timeOption)
    .option('--until <time>', 'received then or before', timeOption)
    .option('--q <text>', 'with this text in the reason, a violation or the event');
}

export const filterOf = ({ contract, source, signature, code, since, until, q }: FilterOptions) => ({
  contract,
  source,
  signature,
  code,
  since,
  until,
  q,
});

/** The filter of an act on many letters; everything there is must be asked for. */
export function actFilter(options: FilterOptions & { all?: boolean }): FilterOptions {
  const filter = filterOf(options);
  if (Object.values(filter).some((value) => value !== undefined && value.trim() !== '')) return filter;
  if (options.all === true) return { ...filter, until: new Date().toISOString() };
  throw new CliError(
    'say which letters: --contract, --source, --signature, --code, --since, --until, --q, or --all',
    2,
  );
}
