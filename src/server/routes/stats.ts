import type { FastifyInstance } from 'fastify';
import type { ServerResponse } from 'node:http';
import { copyTopic } from '../../load/copies/message.ts';
import type { ServerContext } from '../context.ts';
import { collectStats, createRates, furtherDestinations } from '../stats.ts';

const streamIntervalMs = 1000;

export function statsRoutes(app: FastifyInstance, context: ServerContext): void {
  const ratesSince = createRates();

  async function snapshot() {
    const [stats, queues, destinations] = await Promise.all([
      collectStats(context),
      context.engine.stats(),
      furtherDestinations(context),
    ]);
    const further = destinations.map(({ counts, ...destination }) => {
      const readers = queues.find(({ topic }) => topic === copyTopic(destination.name))?.groups ?? [];
      const pending = readers.reduce((sum, reader) => sum + reader.pending, 0);
      return { ...destination, pending, ...counts };
    });
    return {
      ...stats,
      rates: ratesSince(stats),
      queues,
      ...(further.length === 0 ? undefined : { destinations: further }),
    };
  }

  app.get('/api/v1/stats', snapshot);

  const streams = new Set<ServerResponse>();
  app.addHook('preClose', async () => {
    for (const stream of streams) stream.end();
  });

  /** Server-sent events: `stats` once a second, and `dead_letter` for each change of a dead letter. */
  app.get('/api/v1/stream', async (request, reply) => {
    reply.hijack();
    const { raw } = reply;
    streams.add(raw);
    raw.writeHead(200, {
      'content-type': 'text/event-stream',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
    });
    const send = (event: string, data: unknown) => {
      // A reader that does not keep up misses events rather than fill our memory.
      if (raw.writableLength < maxUnread) raw.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
    };
    const sendStats = () =>
      snapshot().then(
        (stats) => send('stats', stats),
        (error: unknown) =>
          context.log.warn({ err: error, code: 'stream_failed' }, 'no statistics for the stream'),
      );
    const stopWatching = context.letters.watch((change) => send('dead_letter', change));
    const timer = setInterval(() => void sendStats(), streamIntervalMs);
    request.raw.on('close', () => {
      streams.delete(raw);
      clearInterval(timer);
      stopWatching();
    });
    await sendStats();
  });
}

const maxUnread = 1024 * 1024;
