import type { Command } from 'commander';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DoneBy, ItemOf } from '../api/client.ts';
import { withClient, type ApiClient } from './client.ts';
import { confirm, amountOf, print, printJson, say, type Io } from './io.ts';
import { withJson, withServer, type ServerOptions } from './options.ts';
import { formatTable } from './table.ts';
import { type ActOptions, wasAll } from './trial.ts';

interface EventsOptions extends ServerOptions {
  json?: boolean;
  inDoubt?: boolean;
  limit?: string;
}

interface RollbackOptions extends ServerOptions, ActOptions {
  reason?: string;
}

/** What a rule has touched, and how to take it back. */
export function registerRuleRollback(rules: Command, io: Io): void {
  withJson(withServer(rules.command('events')))
    .description('List the events that a rule has repaired, newest first.')
    .argument('<id>')
    .option('--limit <n>', 'how many', '100')
    .option('--in-doubt', 'only rows since the doubt, when a later event contradicts the rule')
    .action((id: string, options: EventsOptions) =>
      withClient(io, options, (client) => events(io, client, id, options)),
    );

  withJson(withServer(rules.command('rollback')))
    .description('Disable a rule and take the rows that it repaired back out, into the dead letters.')
    .argument('<id>')
    .option('--dry-run', 'only say how much it is')
    .option('--reason <text>', 'why; kept with the dead letters')
    .option('--yes', 'do not ask')
    .action((id: string, options: RollbackOptions) =>
      withClient(io, options, (client) => rollback(io, client, id, options)),
    );
}

async function events(
  io: Io,
  client: ApiClient,
  id: string,
  { json, limit, inDoubt }: EventsOptions,
): Promise<void> {
  // Longer lists come without what was changed.
  const changes = Number(limit) <= mostWithChanges ? 'true' : undefined;
  const query = { limit, changes, ...(inDoubt === true ? { in_doubt: 'true' } : undefined) };
  const answer = await client.request('GET /api/v1/rules/{id}/events', { params: { id }, query });
  if (json === true) return printJson(io, answer);
  const columns = ['request_id', 'table', 'source', 'healer', 'repaired_at', 'rolled_back_at'] as const;
  const rows = answer.items.map((item) => [...columns.map((column) => item[column]), inWords(item)]);
  if (rows.length > 0) print(io, formatTable([...columns, 'changed'], rows, io.columns));
  if (answer.doubt !== undefined)
    say(io, `What it repaired since ${answer.doubt.since} may be wrong: ${answer.doubt.reason}`);
  say(io, `${amountOf(answer.total, 'row')} stand, ${answer.rolled_back} were rolled back.`);
}

const mostWithChanges = 100;
const mostShown = 3;

/** `/amount "1,234" → "1.234"`, for some of the fields. */
function inWords({ changes = [] }: ItemOf<'GET /api/v1/rules/{id}/events'>): string {
  const made = changes.filter(({ operations }) => operations.length > 0);
  return made
    .slice(0, mostShown)
    .map(({ path, before, after }) => `${path} ${JSON.stringify(before)} → ${JSON.stringify(after)}`)
    .join(', ');
}

async function rollback(io: Io, client: ApiClient, id: string, options: RollbackOptions): Promise<void> {
  const rollBack = (body: { reason?: string; dry_run?: boolean }) =>
    client.request('POST /api/v1/rules/{id}/rollback', { params: { id }, body });
  const trial = await rollBack({ dry_run: true });
  const { total, duplicates } = trial;
  const dropped =
    duplicates === 0
      ? ''
      : `; ${amountOf(duplicates, 'event')} ${duplicates === 1 ? 'was' : 'were'} dropped as duplicates, and will not be brought back`;
  const become = total === 1 ? 'become a dead letter' : 'become dead letters';
  const forecast = `${amountOf(total, 'row')} by rule ${id} would ${become} again${dropped}.`;
  if (wasAll(io, options, trial, forecast)) return;
  if (!(await confirm(io, `Disable the rule and take ${amountOf(total, 'row')} back?`, options)))
    return say(io, 'Nothing was changed.');

  const { reason } = options;
  let record = (await rollBack({ reason })) as DoneBy<'POST /api/v1/rules/{id}/rollback'>;
  while (record.status === 'running') {
    await sleep(pollMs);
    record = await client.request('GET /api/v1/rules/{id}/rollback', { params: { id } });
    if (record.status === 'running') say(io, `${record.taken} of ${record.total}…`);
  }
  if (options.json === true) return printJson(io, record);
  print(io, `${amountOf(record.taken, 'row')} became dead letters again; rule ${id} is disabled.`);
}

const pollMs = 300;
