import type { Command } from 'commander';
import type { ItemOf } from '../api/client.ts';
import { actInWords, detailInWords } from '../model/act-words.ts';
import { withClient } from './client.ts';
import type { Io } from './io.ts';
import { timeOption } from './letter-filter.ts';
import { wholeNumber, withExamples, withJson, withServer, type ServerOptions } from './options.ts';
import { printList } from './table.ts';

interface AuditOptions extends ServerOptions {
  json?: boolean;
  actor?: string;
  act?: string;
  target?: string;
  since?: string;
  limit: number;
}

export function registerAudit(program: Command, io: Io): void {
  const command = withJson(withServer(program.command('audit')))
    .description('Show who did what: replays, discards, rules, pauses, keys; the newest first.')
    .option('--actor <name>', "a key's name or id")
    .option('--act <act>', 'replay, discard, rule_approve, pause, …')
    .option('--target <id>', 'a dead letter, a rule, a key or a topic')
    .option('--since <time>', 'then or later: 2026-01-31T08:00:00Z, or a time ago: 24h', timeOption)
    .option('--limit <count>', 'how many at most', wholeNumber(1, 500), 50)
    .action((options: AuditOptions) => audit(io, options));
  withExamples(command, 'sentinel audit', 'sentinel audit --actor ada --act discard');
}

async function audit(io: Io, options: AuditOptions): Promise<void> {
  const { actor, act, target, since, limit } = options;
  const query = { actor, act, target, since, limit };
  const { items } = await withClient(io, options, (client) => client.request('GET /api/v1/audit', { query }));
  printList(io, items, options, {
    none: 'No act matches.',
    columns: {
      at: 'at',
      who: ({ actor }) => actor.name,
      act: actInWords,
      target: ({ target }) => Object.values(target).join(' '),
      detail: inWords,
    },
  });
}

/** What was asked, and how much it came to. */
function inWords({ detail, counts = {} }: ItemOf<'GET /api/v1/audit'>): string {
  const numbers = Object.entries(counts).map(([name, count]) => `${name.replaceAll('_', ' ')} ${count}`);
  return [detailInWords(detail), numbers.join(', ')].filter((text) => text !== '').join('; ');
}
