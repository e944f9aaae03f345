import type { FastifyInstance } from 'fastify';
import type { ReplyOf } from '../../api/route.ts';
import { sourceRoutes as table } from '../../api/routes/sources.ts';
import type { SourceConfig } from '../../config/types.ts';
import { describeSource } from '../../sources/describe.ts';
import type { ServerContext } from '../context.ts';
import { mount } from '../mount.ts';
import { notFound, sendProblem, unprocessable } from '../replies.ts';
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { request as requestByTls } from 'node:https';
import type { AddressInfo, Server } from 'node:net';
import { SentinelError } from '../../model/errors.ts';
import type { Source } from '../../sources/source.ts';

type SourceItem = ReplyOf<(typeof table)['GET /api/v1/sources']>['items'][number];

/** The senders: how their events ended, which requests were refused, and whether a signed sample arrives. */
export function sourceRoutes(app: FastifyInstance, context: ServerContext): void {
  const { pipeline, sources, sourceConfigs } = context;

  mount(app, table, {
    async 'GET /api/v1/sources'() {
      const seen = await pipeline.sources();
      const { refused } = context.ingest.counts;
      const names = new Set(seen.map(({ source }) => source));
      const others = [...new Set([...Object.keys(sourceConfigs()), ...refused.keys()])];
      const unseen = others.filter((name) => !names.has(name)).toSorted();
      const items = [...seen, ...unseen.map((source) => ({ ...nothingSeen, source }))];
      return { items: items.map((item) => ({ ...item, ...knownOf(item.source, context) })) };
    },

    async 'POST /api/v1/sources/{source}/test'({ params: { source: name }, body }, reply) {
      const source = sources(name);
      if (!source.known)
        return sendProblem(reply, notFound(`The settings have no source "${name.slice(0, 64)}".`));
      if (!source.authenticates || source.sign === undefined)
        return sendProblem(
          reply,
          unprocessable(
            source.authenticates
              ? `Only the vendor can sign for type ${source.verify!.type}; send a test from its own pages.`
              : 'This source is not verified; send an event from the Test page, or with a key.',
          ),
        );
      const sent = await sendSample(app.server, source, body.body ?? '');
      return { accepted: sent.status < 300, ...sent };
    },
  });
}

const nothingSeen = {
  contracts: [],
  valid: 0,
  repaired: 0,
  dead_letter: 0,
  duplicate: 0,
  healing: 0,
  rates: { events_per_second: 0, rows_per_second: 0 },
  trend: [],
  last_drift_at: null,
  last_seen_at: null,
};

function knownOf(
  name: string,
  { config, keys, ingest, sources, sourceConfigs }: ServerContext,
): Pick<SourceItem, 'asks_for' | 'sender' | 'refused' | 'last_delivery_at'> {
  const { refused, lastRefused, delivered } = ingest.counts;
  const reasons = refused.get(name);
  const at = delivered.get(name);
  const configs = sourceConfigs();
  const { authenticates, verify, sign } = sources(name);
  const needsKey = config.http.token !== undefined || keys.areNeeded();
  return {
    asks_for: authenticates
      ? verify?.type === 'none'
        ? 'nothing'
        : 'signature'
      : needsKey
        ? 'key'
        : 'nothing',
    ...(Object.hasOwn(configs, name) && {
      sender: senderOf(configs[name]!, authenticates && sign !== undefined),
    }),
    ...(reasons !== undefined && {
      refused: {
        total: [...reasons.values()].reduce((sum, count) => sum + count, 0),
        reasons: Object.fromEntries(reasons),
        recent: [...(lastRefused.get(name) ?? [])],
      },
    }),
    last_delivery_at: at === undefined ? null : new Date(at).toISOString(),
  };
}

const senderOf = (config: SourceConfig, canTest: boolean) => ({
  ...describeSource(config),
  secret_from: config.verify?.secretFrom ?? [],
  can_test: canTest,
});

const patienceMs = 10_000;

/** Signs a sample as its sender does, and sends it to this very server. Needs a source that can sign. */
async function sendSample(
  server: Server,
  source: Source,
  text: string,
): Promise<{ status: number; answer: string }> {
  const sample = {
    method: 'POST',
    url: `/ingest/${source.name}`,
    body: Buffer.from(text),
    now: Date.now(),
  };
  const { headers, url = sample.url, body = sample.body } = source.sign!(sample);
  const { address, port } = server.address() as AddressInfo;
  const sent = ('setSecureContext' in server ? requestByTls : request)({
    host: ownAddress.get(address) ?? address,
    port,
    method: 'POST',
    path: url,
    headers: { 'content-type': 'application/json', ...headers },
    // It is this process that answers, whatever name its certificate has.
    rejectUnauthorized: false,
    signal: AbortSignal.timeout(patienceMs),
  });
  try {
    sent.end(body);
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    const parts = (await response.toArray()) as Buffer[];
    return { status: response.statusCode!, answer: Buffer.concat(parts).toString() };
  } catch (error) {
    throw new SentinelError('pipeline_busy', 'the sample was not answered', { cause: error });
  }
}

/** Of a server that listens on all addresses. */
const ownAddress = new Map([
  ['::', '::1'],
  ['0.0.0.0', '127.0.0.1'],
]);
