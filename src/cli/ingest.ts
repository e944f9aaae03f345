import type { Command } from 'commander';
import { setTimeout as sleep } from 'node:timers/promises';
import { isObject } from '../model/json.ts';
import { messageOf } from '../model/errors.ts';
import { refusalText, requireServer } from './client.ts';
import { type Server, reach } from './reach.ts';
import { inBatches } from './batches.ts';
import { openEvents, type EventLine } from './event-source.ts';
import { amountOf, CliError, print, printJson, type Io, type Outcome } from './io.ts';
import { wholeNumber, withExamples, withServer, type ServerOptions } from './options.ts';
import { createProgress, type Progress } from './progress.ts';
import { printable } from './table.ts';

interface IngestOptions extends ServerOptions {
  source?: string;
  batch: number;
  fromLine: number;
  maxWait: number;
  json?: boolean;
}

/** For a busy service that does not say how long. */
const defaultWaitSeconds = 1;

export function registerIngest(program: Command, io: Io, outcome: Outcome): void {
  const command = withServer(program.command('ingest'))
    .description(
      'Send a file of events (NDJSON, a JSON array or object) to the service; - reads standard input, and sends its lines as they come.',
    )
    .argument('<file>')
    .option('--source <name>', 'the name of the sender: POST /ingest/<name>')
    .option('--batch <events>', 'events in a request', wholeNumber(1, 10_000), 1000)
    .option(
      '--from-line <number>',
      'begin at this line, to go on after a break',
      wholeNumber(1, Number.MAX_SAFE_INTEGER),
      1,
    )
    .option(
      '--max-wait <seconds>',
      'how long to wait for a busy service before giving up',
      wholeNumber(0, 86_400),
      300,
    )
    .option('--json', 'print the summary as JSON')
    .action((file: string, options: IngestOptions) => ingest(io, file, options, outcome));
  withExamples(
    command,
    'sentinel ingest orders.ndjson --source shopify',
    'zcat archive.ndjson.gz | sentinel ingest -',
    'tail -f app.ndjson | sentinel ingest - --source app',
  );
}

async function ingest(io: Io, file: string, options: IngestOptions, outcome: Outcome): Promise<void> {
  const server = await requireServer(io, options);
  const { unit, events } = await openEvents(io, file);
  const progress = createProgress(io);
  const send = sender(server, options, unit, progress);
  try {
    for await (const batch of inBatches(events, options)) await send(batch);
  } finally {
    progress.end();
  }
  const { accepted, refused, seconds } = progress.totals();
  const rate = Math.round(accepted / Math.max(seconds, 0.001));
  if (options.json === true) printJson(io, { accepted, refused, seconds, events_per_second: rate });
  else
    print(
      io,
      `${amountOf(accepted, 'event')} accepted, ${refused} refused, in ${seconds.toFixed(1)} s (${rate}/s)`,
    );
  if (refused > 0) outcome.exitCode = 1;
}

/** Sends batches, one after the other; reports the lines that are refused and sends the others. */
function sender(server: Server, options: IngestOptions, unit: string, progress: Progress) {
  const path = options.source === undefined ? '/ingest' : `/ingest/${encodeURIComponent(options.source)}`;

  function refuse(event: EventLine, detail: string): void {
    progress.refused(1);
    progress.note(`${unit} ${event.number}: ${printable(detail)}`);
  }

  async function post(batch: readonly EventLine[]): Promise<Response> {
    const first = batch[0]?.number ?? 0;
    const last = batch.at(-1)?.number ?? first;
    try {
      return await reach(server, path, {
        method: 'POST',
        headers: { ...server.headers, 'content-type': 'application/x-ndjson' },
        body: batch.map(({ text }) => text).join('\n'),
      });
    } catch (error) {
      throw new CliError(
        `the connection broke (${messageOf((error as Error).cause ?? error)}). Everything before ${unit} ${first} is accepted; ` +
          `${unit}s ${first} to ${last} may be. Go on with --from-line ${first}: an event that has an id is loaded once.`,
      );
    }
  }

  return async function send(batch: EventLine[]): Promise<void> {
    let left = batch;
    let waited = 0;
    while (left.length > 0) {
      const response = await post(left);
      const body = await jsonOf(response);
      if (response.status === 202) return progress.accepted(left.length);
      if (response.status === 429 || response.status === 503) {
        const seconds = retryAfter(response) ?? defaultWaitSeconds;
        if (waited + seconds > options.maxWait) throw stuck(response, body, left, unit);
        waited += seconds;
        await sleep(seconds * 1000);
        continue;
      }
      if (response.status === 413 && left.length > 1) {
        // The service's limits are its own; a half is less.
        const half = Math.ceil(left.length / 2);
        await send(left.slice(0, half));
        left = left.slice(half);
        continue;
      }
      const refused = refusedLines(body, left.length);
      if (refused.size === 0) {
        const [only] = left;
        if (left.length > 1 || only === undefined || ![400, 413, 422].includes(response.status)) {
          throw stuck(response, body, left, unit);
        }
        return refuse(only, refusalText(response.status, body));
      }
      for (const [at, detail] of refused) {
        const event = left[at];
        if (event) refuse(event, detail);
      }
      left = left.filter((_, at) => !refused.has(at));
    }
  };
}

/** Which of the sent lines the problem document names, from 0, and why. */
function refusedLines(body: unknown, sent: number): Map<number, string> {
  const refused = new Map<number, string>();
  const errors = isObject(body) && Array.isArray(body['errors']) ? body['errors'] : [];
  for (const error of errors) {
    if (!isObject(error) || typeof error['line'] !== 'number') continue;
    const at = error['line'] - 1;
    if (at >= 0 && at < sent)
      refused.set(at, typeof error['detail'] === 'string' ? error['detail'] : 'refused');
  }
  return refused;
}

function stuck(response: Response, body: unknown, left: readonly EventLine[], unit: string): CliError {
  const first = left[0]?.number ?? 0;
  return new CliError(
    `${refusalText(response.status, body).replace(/\.$/, '')}. Everything before ${unit} ${first} was sent; go on with --from-line ${first}.`,
  );
}

async function jsonOf(response: Response): Promise<unknown> {
  const text = await response.text();
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** Seconds; the header may also be a date. */
function retryAfter(response: Response): number | undefined {
  const header = response.headers.get('retry-after');
  if (header === null) return undefined;
  const seconds = /^\d+$/.test(header) ? Number(header) : (Date.parse(header) - Date.now()) / 1000;
  return Number.isFinite(seconds) ? Math.max(0.1, seconds) : undefined;
}
