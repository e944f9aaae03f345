import type { Command } from 'commander';
import type { ItemOf } from '../api/client.ts';
import { withClient } from './client.ts';
import { print, type Io } from './io.ts';
import { withExamples, withJson, withServer, type ServerOptions } from './options.ts';
import { asNamed, printList, printable } from './table.ts';

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
        if (signature === undefined || items.length === 0 || options.json === true)
          return printExchanges(io, items, options);
        for (const entry of items) printExchange(io, entry);
      }),
    );
  withExamples(command, 'sentinel rules audit', 'sentinel rules audit --signature <signature>');
}

function printExchanges(io: Io, items: AuditEntry[], options: AuditOptions): void {
  printList(io, items, options, {
    none: 'The language model has not been asked anything of this kind.',
    columns: {
      at: 'at',
      contract: ({ contract, version }) => `${contract}@${version}`,
      ...asNamed('source', 'signature', 'attempt', 'model', 'outcome', 'tokens'),
      ms: 'duration_ms',
      rule: 'rule_id',
    },
  });
}

function printExchange(io: Io, { messages, answer, ...entry }: AuditEntry): void {
  const rule = entry.rule_id === undefined ? '' : `, became rule ${entry.rule_id}`;
  print(io, `${entry.at}  attempt ${entry.attempt}, ${printable(entry.model)}: ${entry.outcome}${rule}`);
  const said = [...messages, { role: entry.model, content: answer }];
  for (const { role, content } of said)
    print(io, `  ${printable(role)}: ${content.split('\n').map(printable).join('\n    ')}`);
}
