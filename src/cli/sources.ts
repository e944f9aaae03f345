import { type Command, InvalidArgumentError } from 'commander';
import { type Config, sourceConfig } from '../config/load.ts';
import { messageOf } from '../model/errors.ts';
import { createSources } from '../sources/source.ts';
import { describeSource } from '../sources/describe.ts';
import type { Signed } from '../sources/verify/scheme.ts';
import { requireServer, withClient } from './client.ts';
import { CliError, type Io, type Outcome, print } from './io.ts';
import { type ServerOptions, configOf, withExamples, withJson, withServer } from './options.ts';
import { reach } from './reach.ts';
import { asNamed, printList, printable } from './table.ts';

interface TestOptions extends ServerOptions {
  body?: string;
  header: Record<string, string>;
}

const patienceMs = 30_000;

function collectHeader(text: string, before: Record<string, string>): Record<string, string> {
  const at = text.indexOf('=');
  if (at < 1) throw new InvalidArgumentError('A header is written name=value.');
  return { ...before, [text.slice(0, at)]: text.slice(at + 1) };
}

export function registerSources(program: Command, io: Io, outcome: Outcome): void {
  const sources = program
    .command('sources')
    .description('The senders that the config names, and how they are verified.');
  const list = withJson(withServer(sources.command('list')))
    .description('List the sources of the config; with --url, those that the running service knows.')
    .action(async (options: ServerOptions & { json?: boolean }) => {
      const rows = options.url === undefined ? configured(configOf(io, options)) : await known(io, options);
      printList(io, rows, options, {
        none: 'There are no sources.',
        columns: {
          ...asNamed('source', 'url'),
          'verified by': 'verified_by',
          contract: 'contract',
          'delivery id': 'id',
        },
      });
    });
  withExamples(list, 'sentinel sources list');
  const test = withServer(sources.command('test'))
    .description(
      'Sign a request with the configured secret, send it to the running service, and say what it answered.',
    )
    .argument('<name>')
    .option('--body <json>', 'an event to send (default: nothing, so that only the signature is tried)')
    .option('--header <name=value>', 'a header to send with it; may come several times', collectHeader, {})
    .action((name: string, options: TestOptions) => send(io, name, options, outcome));
  withExamples(
    test,
    'sentinel sources test github',
    `sentinel sources test stripe --body "$(cat sample.json)"`,
  );
}

const configured = (config: Config) =>
  Object.keys(config.sources).map((name) => row(name, describeSource(sourceConfig(config, name)!)));

/** A source that the settings do not name is one whose events name it. */
async function known(io: Io, options: ServerOptions) {
  const { items } = await withClient(io, options, (client) => client.request('GET /api/v1/sources'));
  return items.map(({ source, sender, contracts, asks_for: asksFor }) => ({
    ...row(
      source,
      sender ?? { verified_by: 'key', contract: contracts.join(', '), delivery_id: '' },
      asksFor === 'nothing' ? 'nothing: whoever reaches the URL may send' : 'a key',
    ),
    url: sender === undefined ? '/ingest' : `/ingest/${source}`,
  }));
}

const row = (
  name: string,
  { verified_by, contract, delivery_id }: { verified_by: string; contract: string; delivery_id: string },
  // Without the service nobody knows.
  byKey = 'a key, once there are keys',
) => ({
  source: name,
  url: `/ingest/${name}`,
  verified_by: verified_by === 'key' ? byKey : verified_by,
  contract,
  id: delivery_id,
});

async function send(io: Io, name: string, options: TestOptions, outcome: Outcome): Promise<void> {
  const config = configOf(io, options);
  if (sourceConfig(config, name) === undefined)
    throw new CliError(
      `${config.configPath ?? 'the config'} names no source ${name}; it names ${Object.keys(config.sources).join(', ') || 'none'}; choose another file with --config`,
    );
  const source = createSources(config.sources)(name);
  if (source.verify !== undefined && source.sign === undefined)
    throw new CliError(
      `only the vendor can sign for type ${source.verify.type}; send a test from its own pages`,
    );
  if (!source.authenticates && options.body === undefined)
    throw new CliError(`source ${name} has no verification to try; send an event with --body`);
  const server = await requireServer(io, options);
  const sample = {
    method: 'POST',
    url: `/ingest/${name}`,
    body: Buffer.from(options.body ?? ''),
    now: Date.now(),
  };
  const signed: Signed = source.authenticates ? source.sign!(sample) : { headers: server.headers };
  const { url = sample.url, body = sample.body, headers } = signed;
  let response: Response;
  try {
    response = await reach(server, url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...options.header, ...headers },
      body: new Uint8Array(body),
      signal: AbortSignal.timeout(patienceMs),
    });
  } catch (error) {
    throw new CliError(`the service did not answer: ${messageOf(error)}`);
  }
  const answer = printable(await response.text());
  if (response.ok && answer.includes('"ignored"'))
    return print(
      io,
      `accepted (${response.status}): it is verified; it held no event, so nothing was stored`,
    );
  print(io, `${response.ok ? 'accepted' : 'refused'} (${response.status}): ${answer}`);
  if (!response.ok) outcome.exitCode = 1;
}
