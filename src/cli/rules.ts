import { type Command, Option } from 'commander';
import { ruleStatuses, type Rule } from '../model/rule.ts';
import { describePlan } from '../repair/plans/describe-plan.ts';
import { withClient, type ApiClient } from './client.ts';
import { confirm, print, printJson, type Io, type Outcome, CliError, say } from './io.ts';
import { withExamples, withJson, withServer, type ServerOptions } from './options.ts';
import { registerAudit } from './rules-audit.ts';
import { registerRuleRollback } from './rule-rollback.ts';
import { asNamed, printList, printable } from './table.ts';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { messageOf } from '../model/errors.ts';

interface ListOptions extends ServerOptions {
  json?: boolean;
  contract?: string;
  source?: string;
  status?: string;
}

export function registerRules(program: Command, io: Io, outcome: Outcome): void {
  const rules = program
    .command('rules')
    .description('Look at the repair rules that were learned; approve, disable, delete or roll them back.');
  withExamples(
    rules,
    'sentinel rules list --status candidate',
    'sentinel rules approve <id>',
    'sentinel rules rollback <id> --dry-run',
    'sentinel rules export > rules.json',
  );

  withJson(withServer(rules.command('list')))
    .description('List the rules.')
    .option('--contract <name>', 'of this contract')
    .option('--source <name>', 'of this source')
    .addOption(new Option('--status <status>', 'that are in this state').choices(ruleStatuses))
    .action((options: ListOptions) => withClient(io, options, (client) => list(io, client, options)));

  withServer(rules.command('show'))
    .description('Show one rule with its plan, its evidence and its counts.')
    .argument('<id>')
    .action((id: string, options: ServerOptions) =>
      withClient(io, options, async (client) =>
        printJson(io, await client.request('GET /api/v1/rules/{id}', { params: { id } })),
      ),
    );

  withServer(rules.command('review'))
    .description(
      'Show how many events wait for a rule, some of them before and after, its reasons and its risks.',
    )
    .argument('<id>')
    .action((id: string, options: ServerOptions) =>
      withClient(io, options, async (client) =>
        printJson(io, await client.request('GET /api/v1/rules/{id}/review', { params: { id } })),
      ),
    );

  for (const [verb, description] of [
    ['approve', 'Put a candidate or a disabled rule to use.'],
    ['disable', 'Stop using a rule; it stays, and no healer brings it back.'],
  ] as const) {
    withServer(rules.command(verb))
      .description(description)
      .argument('<id>')
      .action((id: string, options: ServerOptions) =>
        withClient(io, options, async (client) => {
          const rule = await client.request(`POST /api/v1/rules/{id}/${verb}`, { params: { id } });
          print(io, `${rule.id} is ${rule.status}`);
        }),
      );
  }

  withServer(rules.command('delete'))
    .description('Forget a rule; the healers may learn it again.')
    .argument('<id>')
    .option('--yes', 'do not ask')
    .action(async (id: string, options: ServerOptions & { yes?: boolean }) => {
      if (!(await confirm(io, `Delete rule ${id}?`, options))) return;
      await withClient(io, options, (client) =>
        client.request('DELETE /api/v1/rules/{id}', { params: { id } }),
      );
      print(io, `${id} is deleted`);
    });

  registerAudit(rules, io);
  registerRuleRollback(rules, io);

  registerTransfer(rules, io, outcome);
}

async function list(io: Io, client: ApiClient, options: ListOptions): Promise<void> {
  const { contract, source, status } = options;
  const items: Rule[] = [];
  let cursor: string | undefined;
  do {
    const query = { contract, source, status, limit: 500, cursor };
    const page = await client.request('GET /api/v1/rules', { query });
    items.push(...page.items);
    cursor = page.next ?? undefined;
  } while (cursor !== undefined);
  printList(io, items, options, {
    none: 'There are no such rules.',
    columns: {
      ...asNamed('id', 'status', 'contract', 'version', 'source', 'origin', 'hits', 'failures'),
      expires: ({ expires_at }) => expires_at?.slice(0, 10) ?? 'never',
      plan: ({ plan }) => describePlan(plan).join('; '),
    },
  });
}

/** `rules export` and `rules import`. */
function registerTransfer(rules: Command, io: Io, outcome: Outcome): void {
  withServer(rules.command('export'))
    .description('Print all rules as JSON, to keep or to import elsewhere.')
    .action((options: ServerOptions) =>
      withClient(io, options, async (client) =>
        printJson(io, await client.request('GET /api/v1/rules/export')),
      ),
    );

  withServer(rules.command('import'))
    .description('Import rules from a file that `rules export` made.')
    .argument('<file>')
    .action((file: string, options: ServerOptions) => importRules(io, file, options, outcome));
}

async function importRules(io: Io, file: string, options: ServerOptions, outcome: Outcome): Promise<void> {
  let rules: object;
  try {
    rules = JSON.parse(await readFile(resolve(io.cwd, file), 'utf8')) as object;
  } catch (error) {
    throw new CliError(`${file} can't be read as JSON: ${messageOf(error)}`);
  }
  const report = await withClient(io, options, (client) =>
    client.request('POST /api/v1/rules/import', { body: rules }),
  );
  for (const { position, reason } of report.refused) say(io, `rule ${position + 1}: ${printable(reason)}`);
  print(io, `${report.imported.length} imported, ${report.refused.length} refused`);
  if (report.refused.length > 0) outcome.exitCode = 1;
}
