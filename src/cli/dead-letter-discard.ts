import type { Command } from 'commander';
import type { DoneBy, ForecastOf } from '../api/client.ts';
import { withClient, type ApiClient } from './client.ts';
import { confirm, CliError, amountOf, print, printJson, say, type Io, type Outcome } from './io.ts';
import { followJob } from './follow-job.ts';
import { filterOf, withFilter, type FilterOptions } from './letter-filter.ts';
import { withExamples, withServer, type ServerOptions } from './options.ts';
import { type ActOptions, wasAll } from './trial.ts';
import { printable } from './table.ts';

interface DiscardOptions extends ServerOptions, FilterOptions, ActOptions {
  group?: string;
  reason: string;
}

const discards = 'POST /api/v1/dead-letters/discard';

export function registerDiscard(letters: Command, io: Io, outcome: Outcome): void {
  const command = withFilter(withServer(letters.command('discard')))
    .description(
      'Settle one dead letter without loading it, or all open ones that match; they stay in the audit trail.',
    )
    .argument('[id]', 'one dead letter; not with a filter')
    .requiredOption('--reason <text>', 'why, for whoever looks later; each letter keeps it')
    .option('--group <signature>', 'of many: that failed in this way (see: sentinel dead-letters groups)')
    .option('--dry-run', 'of many: only say how many there are')
    .option('--yes', 'of many: do not ask')
    .option('--json', 'of many: print JSON')
    .action((id: string | undefined, options: DiscardOptions) => discard(io, id, options, outcome));
  withExamples(
    command,
    'sentinel dead-letters discard <id> --reason "a test event of the vendor"',
    'sentinel dead-letters discard --group <signature> --reason "spam of one sender"',
    'sentinel dead-letters discard --source shop --code no_repair_found --until 7d --reason "spam" --yes',
  );
}

async function discard(
  io: Io,
  id: string | undefined,
  options: DiscardOptions,
  outcome: Outcome,
): Promise<void> {
  const { group, signature = group, reason } = options;
  const filter = { ...filterOf(options), signature };
  const isMany = Object.values(filter).some((value) => value !== undefined);
  if (isMany && id !== undefined)
    throw new CliError('an id is one dead letter and a filter is many: leave one of them out', 2);
  if (isMany) return withClient(io, options, (client) => discardMany(io, client, filter, options, outcome));
  if (id === undefined)
    throw new CliError(
      'name a dead letter, or many with --group, --source or another filter (see: sentinel dead-letters groups)',
      2,
    );
  const forMany = (['dryRun', 'json'] as const).find((name) => options[name] !== undefined);
  if (forMany !== undefined)
    throw new CliError(`--${forMany === 'dryRun' ? 'dry-run' : forMany} is for many letters only`, 2);
  await withClient(io, options, (client) =>
    client.request('POST /api/v1/dead-letters/{id}/discard', { params: { id }, body: { reason } }),
  );
  print(io, `${id} is discarded`);
}

/** Counts first, then asks, then discards what was counted. Ends with 1 when some of it was settled by somebody else. */
async function discardMany(
  io: Io,
  client: ApiClient,
  filter: FilterOptions,
  options: DiscardOptions,
  outcome: Outcome,
): Promise<void> {
  const { reason, json } = options;
  const trial = (await client.request(discards, {
    body: { filter, dry_run: true, reason },
  })) as ForecastOf<typeof discards>;
  const { matched, as_of } = trial;
  const match = matched === 1 ? 'matches' : 'match';
  const which = filter.signature === undefined ? match : 'of this group';
  const forecast = `${amountOf(matched, 'open dead letter')} ${which}${await like(client, filter)}`;
  if (wasAll(io, options, trial, forecast)) return;
  if (matched > 0 && !(await confirm(io, `Discard ${matched}?`, options)))
    return say(io, 'Nothing was discarded.');

  if (matched === 0) return json === true ? printJson(io, { matched, discarded: 0 }) : undefined;
  const { job_id } = (await client.request(discards, {
    body: { filter, reason, as_of },
  })) as DoneBy<typeof discards>;
  const { done, failed, state } = await followJob(io, client, job_id);
  const discarded = done - failed;
  if (json === true) printJson(io, { job_id, state, matched, discarded });
  else if (matched > 0) print(io, `${discarded} of ${matched} discarded, and kept in the audit trail.`);
  if (discarded < matched) {
    say(io, 'The others were sent back or settled meanwhile; once more takes what is open of them then.');
    outcome.exitCode = 1;
  }
}

/** How they failed, each way with its count, so that a person knows what they are about to discard. */
async function like(client: ApiClient, filter: FilterOptions): Promise<string> {
  const { groups, isCut } = await groupsOf(client, filter);
  const [one, ...others] = groups;
  if (one === undefined) return '.';
  if (others.length === 0 && !isCut) return ` (${printable(failure(one))}).`;
  const lines = groups.slice(0, mostShown).map((group) => `\n  ${group.count}: ${printable(failure(group))}`);
  const rest = groups.length - lines.length;
  const more = rest > 0 ? [`\n  and ${amountOf(rest, 'more group')}`] : [];
  return `${isCut ? `; of the newest ${mostRead}` : ''}:${[...lines, ...more].join('')}`;
}

const mostShown = 10;
const mostRead = 500;

interface Group {
  source: string;
  contract: string;
  signature: string;
  reason: string;
  count: number;
}

const failure = ({ source, contract, reason }: Group): string =>
  `${source} → ${contract}: ${reason.replace(/\.$/, '')}`;

/** The largest first. The service counts whole groups; by other filters, the newest letters are counted here. */
async function groupsOf(
  client: ApiClient,
  filter: FilterOptions,
): Promise<{ groups: Group[]; isCut: boolean }> {
  const { contract, source, signature, ...others } = filter;
  if (Object.values(others).every((value) => value === undefined)) {
    const query = { contract, source, signature, limit: 1000 };
    const { items } = await client.request('GET /api/v1/dead-letters/groups', { query });
    return { groups: items, isCut: false };
  }
  const query = { ...filter, limit: mostRead };
  const { items, next } = await client.request('GET /api/v1/dead-letters', { query });
  const groups = new Map<string, Group>();
  for (const { source, contract, signature, reason } of items) {
    const key = JSON.stringify([source, contract, signature]);
    const known = groups.get(key);
    if (known === undefined) groups.set(key, { source, contract, signature, reason, count: 1 });
    else known.count++;
  }
  return { groups: [...groups.values()].toSorted((a, b) => b.count - a.count), isCut: next !== null };
}
