import type { Command } from 'commander';
import type { ItemOf } from '../api/client.ts';
import { withClient } from './client.ts';
import { print, printJson, say, type Io } from './io.ts';
import { withExamples, withJson, withServer, type ServerOptions } from './options.ts';
import { formatTable, printable } from './table.ts';

type AuditEntry = ItemOf<'GET /api/v1/healing/audit'>;

interface AuditOptions extends ServerOptions {
  json?: boolean;
  contract?: string;
  signature?: string;
  limit?: string;
}

export function registerAudit(rules: Command, io: Io): void {
  const command = withJson(withServer(rules.command('audit')))
    .description('Show what the language model was asked and answered, newest first.')
    .option('--contract <name>', 'about events of this contract')
    .option('--signature <signature>', 'about this error signature; with whole prompts and answers')
    .option('--limit <n>', 'how many exchanges', '20')
    .action((options: AuditOptions) =>
      withClient(io, options, async (client) => {
        const { contract, signature, limit } = options;
        const query = { contract, signature, limit };
        const { items } = await client.request('GET /api/v1/healing/audit', { query });
        if (options.json === true) return printJson(io, items);
        if (items.length === 0) return say(io, 'The model was asked nothing of the kind.');
        if (signature === undefined) printTable(io, items);
        else for (const entry of items) printExchange(io, entry);
      }),
    );
  withExamples(command, 'sentinel rules audit', 'sentinel rules audit --signature <signature>');
}

function printTable(io: Io, items: AuditEntry[]): void {
  const columns = [
    'at',
    'contract',
    'source',
    'signature',
    'attempt',
    'model',
    'outcome',
    'tokens',
    'ms',
    'rule',
  ];
  const rows = items.map((entry) => [
    entry.at,
    `${entry.contract}@${entry.version}`,
    entry.source,
    entry.signature,
    entry.attempt,
    entry.model,
    entry.outcome,
    entry.tokens,
    entry.duration_ms,
    entry.rule_id ?? '',
  ]);
  print(io, formatTable(columns, rows, io.columns));
}

function printExchange(io: Io, { messages, answer, ...entry }: AuditEntry): void {
  const rule = entry.rule_id === undefined ? '' : `, became rule ${entry.rule_id}`;
  print(io, `${entry.at}  attempt ${entry.attempt}, ${printable(entry.model)}: ${entry.outcome}${rule}`);
  const said = [...messages, { role: entry.model, content: answer }];
  for (const { role, content } of said)
    print(io, `  ${printable(role)}: ${content.split('\n').map(printable).join('\n    ')}`);
}
