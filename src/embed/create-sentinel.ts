import type { FastifyPluginAsync } from 'fastify';
import type { RequestListener } from 'node:http';
import { type Problem, problemBody, problemMediaType } from '../api/problem.ts';
import { type ConfigOverrides, loadConfig } from '../config/load.ts';
import { SentinelError } from '../model/errors.ts';
import { type Logger, createLogger } from '../support/log.ts';

export interface EmbedOptions {
  /** Where `.env` and `sentinel-config.yaml` are looked for. Default: the process's working folder. */
  cwd?: string;
  /** Default: a log on standard output, as `log` in the settings says. */
  log?: Logger;
  /** Called when the pipeline died of an unexpected error. Default: it is logged, and the process ends with 1. */
  onCrash?: (error: Error) => void;
}

/** The service within another program: the same queue, contracts, healing, destination, API and console, without a port of its own. */
export interface EmbeddedSentinel {
  /**
   * Takes events (values that JSON can say, or JSON texts, one event each) as `POST /ingest/{source}` does, and resolves with
   * their request ids once they are durable. All are taken or none. Throws `SentinelError`: `event_refused` for what is no
   * event, `engine_full` or `engine_unavailable` when they can't be stored now.
   */
  ingest(events: readonly (object | string)[], options?: { source?: string }): Promise<string[]>;
  /** Answers ingest, API and console: for a `node:http` server. Without a token or keys it answers this machine only. */
  handler: RequestListener;
  /** The same as a plugin: `app.register(sentinel.fastify, { prefix: '/sentinel' })`, with `http.basePath` set to the prefix. */
  fastify: FastifyPluginAsync;
  /** Lets the pipeline finish its batches, and releases everything. */
  stop(): Promise<void>;
}

/**
 * Starts the service in this process. `config` wins over `sentinel-config.yaml` and the environment; each part of it may be left
 * out. Throws `config_invalid`, and what a start of the service throws.
 */
export async function createSentinel(
  config: ConfigOverrides = {},
  { cwd, log: given, onCrash }: EmbedOptions = {},
): Promise<EmbeddedSentinel> {
  const whole = loadConfig({ cwd, overrides: config });
  const log = given ?? createLogger(whole.log);
  // Loaded when called: contracts and steps import the package, too, and need less.
  const { startSentinel } = await import('../runtime/sentinel.ts');
  const service = await startSentinel(whole, { log, onCrash, listens: false });
  const { ingest, keys, server } = service.parts;
  const isOpen = (): boolean => whole.http.token === undefined && !keys.areNeeded();
  const handler: RequestListener = (request, response) => {
    if (isOpen() && !isFromThisMachine(request.socket.remoteAddress)) {
      response.writeHead(403, { 'content-type': problemMediaType });
      response.end(problemBody(notFromHere));
      return;
    }
    server.emit('request', request, response);
  };
  return {
    async ingest(events, { source } = {}) {
      if (events.length === 0) return [];
      const lines = events.map((event) => (typeof event === 'string' ? oneLine(event) : textOf(event)));
      const taken = await ingest.take(Buffer.from(lines.join('\n')), source);
      if (taken.ok) return (JSON.parse(taken.value.body) as { request_ids: string[] }).request_ids;
      const { status, detail } = taken.error;
      throw new SentinelError(status === 503 ? 'engine_unavailable' : 'event_refused', detail);
    },
    handler,
    fastify: fastifyPlugin(handler),
    stop: () => service.close(),
  };
}

/** A line feed within JSON text is white space. */
const oneLine = (text: string): string => text.replaceAll(/[\r\n]+/g, ' ');

function textOf(event: object): string {
  const text = JSON.stringify(event) as string | undefined;
  if (text === undefined) throw new SentinelError('event_refused', 'An event is a JSON object.');
  return text;
}

const isFromThisMachine = (address: string | undefined): boolean =>
  address === '::1' || /^(::ffff:)?127\./.test(address ?? '');

const notFromHere: Problem = {
  status: 403,
  code: 'host_not_allowed',
  title: 'Only local requests',
  detail: 'Without SENTINEL_API_TOKEN or keys the service answers only requests of this machine.',
};

/** Hands every request below the plugin's prefix, as it came, to the listener. */
function fastifyPlugin(listener: RequestListener): FastifyPluginAsync {
  return async (app) => {
    // The bytes of a body are what its sender signed: nobody may read them before.
    app.removeAllContentTypeParsers();
    app.addContentTypeParser('*', (_request, _body, done) => done(null));
    app.all('/*', (request, reply) => {
      reply.hijack();
      request.raw.url = withoutPrefix(request.raw.url ?? '/', app.prefix);
      listener(request.raw, reply.raw);
    });
  };
}

function withoutPrefix(url: string, prefix: string): string {
  const rest = url.startsWith(prefix) ? url.slice(prefix.length) : url;
  return rest.startsWith('/') ? rest : `/${rest}`;
}
