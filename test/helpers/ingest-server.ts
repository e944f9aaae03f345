import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { SourceConfig } from '../../src/config/types.ts';
import { createDeliveries } from '../../src/ingest/create-deliveries.ts';
import type { Message } from '../../src/engine/engine.ts';
import { topics } from '../../src/model/event.ts';
import { IngestHandler } from '../../src/ingest/handler.ts';
import { type RecordHeader, forEachEvent } from '../../src/ingest/record.ts';
import { createAuthorize } from '../../src/sources/authorize.ts';
import { createClientAddress, createSources } from '../../src/sources/source.ts';
import type { Outside } from '../../src/sources/verify/scheme.ts';
import { createLogger } from '../../src/support/log.ts';
import { memoryState } from '../../src/testing/memory-state.ts';

/** The key that sources without verification ask for. */
export const token = 'a-token-of-some-length';

export interface IngestServer {
  url: string;
  /** What was made durable, event by event. */
  stored: { header: RecordHeader; requestId: string; text: string }[];
  log: Record<string, unknown>[];
  counts: IngestHandler['counts'];
  close(): void;
}

/** The ingest handler on a real port; what it publishes is kept here. */
export async function startIngest(
  sources: Record<string, SourceConfig>,
  options: {
    outside?: Outside;
    trustedProxies?: string[];
    maxBodyBytes?: number;
    maxBytesInHand?: number;
    state?: ReturnType<typeof memoryState>;
    publish?: (store: () => void) => Promise<void>;
    visit?: (url: string) => Promise<void>;
  } = {},
): Promise<IngestServer> {
  const stored: IngestServer['stored'] = [];
  const lines: string[] = [];
  const publish = async ({ body }: Message): Promise<void> => {
    const store = () =>
      forEachEvent(body, ({ header, requestId, text }) => void stored.push({ header, requestId, text }));
    await (options.publish?.(store) ?? Promise.resolve(store()));
  };
  const authorize = createAuthorize({
    token,
    keys: { find: () => undefined, areNeeded: () => false, used: () => undefined },
    clientAddress: () => '127.0.0.1',
  });
  const ingest = new IngestHandler({
    authorize: (request, source) => {
      const actor = authorize(request, { role: 'ingest', source });
      return actor.ok ? undefined : actor.error;
    },
    rateLimit: () => undefined,
    clientAddress: createClientAddress(options.trustedProxies ?? []),
    sources: createSources(sources, options.outside),
    deliveries: createDeliveries(
      { state: options.state ?? memoryState(), publish: async (_, [message]) => publish(message!) },
      topics.raw,
      (error) => {
        throw error;
      },
    ),
    visit: options.visit,
    limits: {
      maxBodyBytes: options.maxBodyBytes ?? 2 ** 20,
      maxBytesInHand: options.maxBytesInHand,
      maxEvents: 100,
      maxDepth: 16,
    },
    log: createLogger(
      { level: 'info', format: 'json' },
      { destination: { write: (line: string) => void lines.push(line) } },
    ),
    publish,
  });
  const server = createServer((request, response) => ingest.handle(request, response)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stored,
    get log() {
      return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    },
    counts: ingest.counts,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}
