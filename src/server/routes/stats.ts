import type { FastifyInstance } from 'fastify';
import { statsRoutes as table } from '../../api/routes/stats.ts';
import type { TopicStats } from '../../engine/engine.ts';
import { pendingOf } from '../../engine/pending.ts';
import type { CopyStatus } from '../../load/replicas/reader.ts';
import { copyGroup, copyTopic, parkedCopyTable } from '../../load/replicas/message.ts';
import { type RateMeter, createRateMeter } from '../../observe/history/rate-meter.ts';
import type { ServerContext } from '../context.ts';
import type { EventStream, EventStreams } from '../event-stream.ts';
import { mount } from '../mount.ts';
import { sendProblem, tooManyStreams } from '../replies.ts';
import { collectStats, createRates, furtherDestinations, waitingTable } from '../stats.ts';

const streamIntervalMs = 1000;

export function statsRoutes(app: FastifyInstance, context: ServerContext, streams: EventStreams): void {
  const ratesSince = createRates();
  const meter = createRateMeter();
  const readers = new Set<EventStream>();
  let timer: NodeJS.Timeout | undefined;
  let failing = false;
  let stopWatching: (() => void) | undefined;

  async function snapshot() {
    const queues = await context.engine.stats();
    const [stats, destinations] = await Promise.all([
      collectStats(context, queues),
      furtherDestinations(context),
    ]);
    const further = destinations.map((one) => statusOf(one, queues, meter));
    return {
      ...stats,
      rates: ratesSince(stats),
      queues,
      ...(further.length === 0 ? undefined : { destinations: further }),
    };
  }

  /** Made once for all readers. */
  async function sendStats(to: Iterable<EventStream>): Promise<void> {
    try {
      const stats = JSON.stringify(await snapshot());
      for (const reader of to) reader.send('stats', stats);
      failing = false;
    } catch (error) {
      // Once: an open console would repeat it each second for as long as the destination is away.
      if (!failing)
        context.log.warn(
          { err: error, code: 'stream_failed' },
          'no statistics for the stream, until they are there again',
        );
      failing = true;
    }
  }

  function begin(): void {
    timer ??= setInterval(() => void sendStats(readers), streamIntervalMs);
    stopWatching ??= context.letters.watch((change) => {
      const text = JSON.stringify(change);
      for (const reader of readers) reader.send('dead_letter', text);
    });
  }

  function end(): void {
    clearInterval(timer);
    stopWatching?.();
    timer = undefined;
    stopWatching = undefined;
  }

  mount(app, table, {
    'GET /api/v1/stats': snapshot,

    async 'GET /api/v1/stream'({ request }, reply) {
      const reader = streams.open(request, reply);
      if (reader === undefined) return sendProblem(reply, tooManyStreams);
      readers.add(reader);
      reader.onClose(() => {
        readers.delete(reader);
        if (readers.size === 0) end();
      });
      begin();
      await sendStats([reader]);
      return reply;
    },

    'GET /api/v1/history': ({ query: { minutes, ...filter } }) => context.pipeline.history(filter, minutes),
  });
}

function statusOf(
  { counts, tables, ...destination }: CopyStatus,
  queues: readonly TopicStats[],
  meter: RateMeter,
) {
  const { name } = destination;
  const pending = queues
    .filter(({ topic }) => topic === copyTopic(name) || parkedCopyTable(name, topic) !== undefined)
    .reduce((sum, queue) => sum + pendingOf(queue, copyGroup), 0);
  const per_second = meter.perSecond(name, counts.loaded + counts.repaired);
  return { ...destination, tables: tables?.map(waitingTable), pending, ...counts, per_second };
}
