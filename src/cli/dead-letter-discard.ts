import type { Command } from 'commander';
import type { DoneBy, ForecastOf } from '../api/client.ts';
import { withClient, type ApiClient } from './client.ts';
import { confirm } from './confirm.ts';
import { CliError, print, printJson, say, type Io, type Outcome } from './io.ts';
import { withExamples, withServer, type ServerOptions } from './options.ts';
import { printable } from './table.ts';

interface DiscardOptions extends ServerOptions {
  group?: string;
  contract?: string;
  source?: string;
  q?: string;
  reason: string;
  dryRun?: boolean;
  yes?: boolean;
  json?: boolean;
}

/** By one request, so that a person sees how it goes and can stop between two. */
const atOnce = 1000;
const discards = 'POST /api/v1/dead-letters/discard';

export function registerDiscard(letters: Command, io: Io, outcome: Outcome): void {
  const command = withServer(letters.command('discard'))
    .description(
      'Settle one dead letter without loading it, or all open ones of a group; they stay in the audit trail.',
    )
    .argument('[id]', 'one dead letter; not with --group')
    .requiredOption('--reason <text>', 'why, for whoever looks later; each letter keeps it')
    .option('--group <signature>', 'all that failed in this way (see: sentinel dead-letters groups)')
    .option('--contract <name>', 'with --group: only of this contract')
    .option('--source <name>', 'with --group: only of this source')
    .option('--q <text>', 'with --group: only with this text in the reason, a violation or the event')
    .option('--dry-run', 'with --group: only say how many there are')
    .option('--yes', 'with --group: do not ask')
    .option('--json', 'with --group: print JSON')
    .action((id: string | undefined, options: DiscardOptions) => discard(io, id, options, outcome));
  withExamples(
    command,
    'sentinel dead-letters discard <id> --reason "a test event of the vendor"',
    'sentinel dead-letters discard --group <signature> --reason "spam of one sender"',
    'sentinel dead-letters discard --group <signature> --source shop --reason "spam" --yes',
  );
}

async function discard(
  io: Io,
  id: string | undefined,
  options: DiscardOptions,
  outcome: Outcome,
): Promise<void> {
  const { group, reason } = options;
  if (group !== undefined && id !== undefined)
    throw new CliError('an id is one dead letter and --group is many: leave one of them out', 2);
  if (group !== undefined)
    return withClient(io, options, (client) => discardGroup(io, client, group, options, outcome));
  if (id === undefined)
    throw new CliError(
      'name a dead letter, or a group of them with --group (see: sentinel dead-letters groups)',
      2,
    );
  const forGroup = (['contract', 'source', 'q', 'dryRun', 'json'] as const).find(
    (name) => options[name] !== undefined,
  );
  if (forGroup !== undefined)
    throw new CliError(`--${forGroup === 'dryRun' ? 'dry-run' : forGroup} is for --group only`, 2);
  await withClient(io, options, (client) =>
    client.request('POST /api/v1/dead-letters/{id}/discard', { params: { id }, body: { reason } }),
  );
  print(io, `${id} is discarded`);
}

/** Counts first, then asks, then discards what was counted. Ends with 1 when some of it was settled by somebody else. */
async function discardGroup(
  io: Io,
  client: ApiClient,
  signature: string,
  options: DiscardOptions,
  outcome: Outcome,
): Promise<void> {
  const { contract, source, q, reason, dryRun, json } = options;
  const filter = { signature, contract, source, q };
  const trial = (await client.request(discards, {
    body: { filter, dry_run: true, reason },
  })) as ForecastOf<typeof discards>;
  const { matched, as_of } = trial;
  const forecast = `${matched} open dead letters of this group${await like(client, filter)}.`;
  if (dryRun === true) return json === true ? printJson(io, trial) : print(io, forecast);
  say(io, forecast);
  if (matched > 0 && !(await confirm(io, `Discard ${matched}?`, options)))
    return say(io, 'Nothing was discarded.');

  let discarded = 0;
  let more = matched > 0;
  while (more) {
    const body = { filter, reason, as_of, limit: atOnce };
    const answer = (await client.request(discards, { body })) as DoneBy<typeof discards>;
    discarded += answer.discarded;
    more = answer.more;
    if (more) say(io, `${discarded} of ${matched}…`);
  }
  if (json === true) printJson(io, { matched, discarded });
  else if (matched > 0) print(io, `${discarded} of ${matched} are discarded; they stay in the audit trail.`);
  if (discarded < matched) {
    say(io, 'The others were sent back or settled meanwhile; once more takes what is open of them then.');
    outcome.exitCode = 1;
  }
}

/** What one of them says, so that a person knows what they are about to discard. */
async function like(client: ApiClient, filter: Record<string, string | undefined>): Promise<string> {
  const { items } = await client.request('GET /api/v1/dead-letters', { query: { ...filter, limit: 1 } });
  const [one] = items;
  return one === undefined ? '' : ` (${printable(`${one.source} → ${one.contract}: ${one.reason}`)})`;
}
