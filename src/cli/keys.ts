import { type Command, Option } from 'commander';
import { roles } from '../api/route.ts';
import { withClient } from './client.ts';
import { print, printJson, say, type Io } from './io.ts';
import { withExamples, withJson, withServer, type ServerOptions } from './options.ts';
import { asNamed, printList } from './table.ts';

interface CreateOptions extends ServerOptions {
  role: (typeof roles)[number];
  name?: string;
  source?: string;
  expires?: string;
  json?: boolean;
}

/** Who may send, read and operate. */
export function registerKeys(program: Command, io: Io): void {
  const keys = program.command('keys').description('Make and revoke the keys of the API.');
  withExamples(
    keys,
    'sentinel keys create --role admin --name ada',
    'sentinel keys create --role ingest --source shopify --expires 90d',
    'sentinel keys list',
    'sentinel keys revoke <id>',
  );

  withJson(withServer(keys.command('create')))
    .description('Make a key and print it; it is not kept, and not shown again.')
    .addOption(
      new Option(
        '--role <role>',
        'ingest sends events, read sees all, operate also settles dead letters and rules, admin also makes keys',
      )
        .choices(roles)
        .makeOptionMandatory(),
    )
    .option('--name <text>', 'whose it is, for the audit')
    .option('--source <name>', 'with --role ingest: the only source that it may send for')
    .option('--expires <span>', 'hours or days, as 12h or 90d (default: it stays until it is revoked)')
    .action((options: CreateOptions) => create(io, options));

  withJson(withServer(keys.command('list')))
    .description('List the keys, without their text.')
    .action((options: ServerOptions & { json?: boolean }) => list(io, options));

  withServer(keys.command('revoke'))
    .description('Revoke a key; no process takes it a second later.')
    .argument('<id>')
    .action(async (id: string, options: ServerOptions) => {
      await withClient(io, options, (client) =>
        client.request('DELETE /api/v1/keys/{id}', { params: { id } }),
      );
      print(io, `${id} is revoked`);
    });
}

async function create(io: Io, options: CreateOptions): Promise<void> {
  const { role, name, source, expires: expires_in } = options;
  const body = { role, name, source, expires_in };
  const made = await withClient(io, options, (client) => client.request('POST /api/v1/keys', { body }));
  if (options.json === true) return printJson(io, made);
  print(io, made.key);
  say(io, `Key ${made.id} (${made.name}). Keep it now; it is not shown again.`);
  if (role === 'admin' && options.token === undefined && !io.env['SENTINEL_API_TOKEN'])
    say(
      io,
      [
        'From now on every request needs a key. Commands take it from SENTINEL_API_TOKEN (export SENTINEL_API_TOKEN=<key>);',
        'a sender without a signature of its own needs one, too: sentinel keys create --role ingest --source <name>',
      ].join('\n'),
    );
}

async function list(io: Io, options: ServerOptions & { json?: boolean }): Promise<void> {
  const { items } = await withClient(io, options, (client) => client.request('GET /api/v1/keys'));
  const columns = asNamed('id', 'name', 'role', 'source', 'created_at', 'expires_at', 'last_used_at');
  printList(io, items, options, { none: 'There are no keys.', columns });
}
