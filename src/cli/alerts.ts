import type { Command } from 'commander';
import { withClient } from './client.ts';
import { print, printJson, say, type Io, type Outcome } from './io.ts';
import { withExamples, withJson, withServer, type ServerOptions } from './options.ts';
import { printList } from './table.ts';

type Options = ServerOptions & { json?: boolean };

export function registerAlerts(program: Command, io: Io, outcome: Outcome): void {
  const alerts = program.command('alerts').description('See what people were told of, and try who is told.');
  withExamples(alerts, 'sentinel alerts test', 'sentinel alerts list');

  withJson(withServer(alerts.command('list')))
    .description('List what is the matter now.')
    .action((options: Options) => list(io, options));

  withJson(withServer(alerts.command('test')))
    .description('Send a test message to each receiver. Ends with 1 when one does not take it.')
    .action((options: Options) => test(io, options, outcome));
}

async function list(io: Io, options: Options): Promise<void> {
  const answer = await withClient(io, options, (client) => client.request('GET /api/v1/alerts'));
  if (options.json === true) return printJson(io, answer);
  printList(io, answer.items, options, {
    none: 'Nothing is the matter.',
    columns: { since: 'since', kind: 'kind', what: 'title', see: commandFor },
  });
  if (answer.receivers.length === 0)
    say(io, 'Nobody gets a message of alerts: add alerts: to sentinel-config.yaml (docs/operations.md).');
}

/** What shows the letters, rules or queues that an alert is about. */
function commandFor({ kind, page }: { kind: string; page: string }): string | undefined {
  const [, signature] = /^\/dead-letters\/group\/(\w+)/.exec(page) ?? [];
  if (signature !== undefined) return `sentinel dead-letters list --signature ${signature}`;
  const [, rule] = /^\/rules\/([\w-]+)/.exec(page) ?? [];
  if (rule !== undefined) return `sentinel rules show ${rule}`;
  // What drifts and is repaired is a rule's work.
  const [, source] = /^\/sources\?source=([\w.%-]+)$/.exec(page) ?? [];
  if (kind === 'drift' && source !== undefined)
    return `sentinel rules list --source ${decodeURIComponent(source)}`;
  return commands[kind] && `sentinel ${commands[kind]}`;
}

const commands: Readonly<Record<string, string>> = {
  dead_letter_rate: 'dead-letters groups',
  destination_down: 'doctor',
  queue_stuck: 'doctor',
  source_silent: 'sources list',
};

async function test(io: Io, options: Options, outcome: Outcome): Promise<void> {
  const { items } = await withClient(io, options, (client) => client.request('POST /api/v1/alerts/test'));
  if (items.some(({ sent }) => !sent)) outcome.exitCode = 1;
  if (options.json === true) return printJson(io, items);
  if (items.length === 0)
    return say(io, 'There are no receivers; add alerts: to sentinel-config.yaml (docs/operations.md).');
  for (const { to, name, sent, error } of items)
    print(io, `${to} (${name}): ${sent ? 'sent' : `not sent: ${error ?? 'unknown'}`}`);
}
