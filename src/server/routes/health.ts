import type { FastifyInstance } from 'fastify';
import { Counter, Gauge, Registry, collectDefaultMetrics } from 'prom-client';
import { healthRoutes as table } from '../../api/routes/service.ts';
import { SentinelError } from '../../model/errors.ts';
import type { ServerContext } from '../context.ts';
import { mount } from '../mount.ts';
import { furtherDestinations, troubleOf } from '../stats.ts';

/** `/health`: the process lives. `/ready`: it takes events and loads them. `/metrics`: Prometheus. */
export function healthRoutes(app: FastifyInstance, context: ServerContext): void {
  const { config, ready, pipeline } = context;
  const registry = createRegistry(context);

  mount(app, table, {
    'GET /health': () => ({ status: 'ok' as const }),

    async 'GET /ready'(_, reply) {
      const notReady = (reason: string) =>
        reply.code(503).header('retry-after', '1').send({ status: 'not_ready', reason });
      if (!ready()) return notReady('starting or stopping');
      if (context.engine.cluster?.connected() === false)
        return notReady('NATS is not reached; nothing can be stored');
      // A gateway takes events whatever the workers do.
      const status = config.role === 'gateway' ? {} : await unlessBusy(pipeline.status());
      if (status === undefined) return notReady('the pipeline is busy; events wait in the queue');
      // Anyone may ask: the cause, which names hosts, is for those who may read `GET /api/v1/stats`.
      if (status.trouble !== undefined)
        return notReady('the destination does not take rows; events wait in the queue');
      // A further destination that is down holds up nobody but itself.
      const further = await furtherDestinations(context);
      const states = Object.fromEntries(further.map(({ name, state }) => [name, state]));
      return { status: 'ready' as const, ...(further.length === 0 ? undefined : { destinations: states }) };
    },

    async 'GET /metrics'(_, reply) {
      const [own, fromPipeline] = await Promise.all([registry.metrics(), unlessBusy(pipeline.metrics())]);
      return reply.type(registry.contentType).send(own + (fromPipeline ?? ''));
    },
  });
}

/** Undefined while the pipeline stands still. */
const unlessBusy = <T>(answer: Promise<T>): Promise<T | undefined> =>
  answer.catch((error: unknown) => {
    if (error instanceof SentinelError && error.code === 'pipeline_busy') return undefined;
    throw error;
  });

function createRegistry({ config, ingest, engine, deadLetters, pipeline }: ServerContext): Registry {
  const registry = new Registry();
  collectDefaultMetrics({
    register: registry,
    prefix: 'sentinel_',
    // The default, 10 ms, wakes an idle process a hundred times a second.
    eventLoopMonitoringPrecision: 100,
  });
  registry.registerMetric(
    new Counter({
      name: 'sentinel_ingest_requests_total',
      help: 'Requests to /ingest by HTTP status, since the process started',
      labelNames: ['status'] as const,
      registers: [],
      collect() {
        this.reset();
        for (const [status, count] of ingest.counts.requests) this.inc({ status }, count);
      },
    }),
  );
  registry.registerMetric(
    new Counter({
      name: 'sentinel_ingest_refused_total',
      help: 'Requests to /ingest that were refused for who sent them or how, by source and reason, since the process started',
      labelNames: ['source', 'reason'] as const,
      registers: [],
      collect() {
        this.reset();
        for (const [source, reasons] of ingest.counts.refused)
          for (const [reason, count] of reasons) this.inc({ source, reason }, count);
      },
    }),
  );
  registry.registerMetric(
    new Counter({
      name: 'sentinel_ingest_events_total',
      help: 'Events accepted, since the process started',
      registers: [],
      collect() {
        this.reset();
        this.inc(ingest.counts.events);
      },
    }),
  );
  registry.registerMetric(
    new Gauge({
      name: 'sentinel_queue_pending_events',
      help: 'Events that a group has not settled yet',
      labelNames: ['topic', 'group'] as const,
      registers: [],
      async collect() {
        this.reset();
        for (const { topic, groups } of await engine.stats())
          for (const { group, pending } of groups) this.set({ topic, group }, pending);
      },
    }),
  );
  registry.registerMetric(
    new Gauge({
      name: 'sentinel_queue_bytes',
      help: 'Bytes of messages kept, by topic',
      labelNames: ['topic'] as const,
      registers: [],
      async collect() {
        this.reset();
        for (const { topic, bytes } of await engine.stats()) this.set({ topic }, bytes);
      },
    }),
  );
  registry.registerMetric(
    new Gauge({
      name: 'sentinel_dead_letters_open',
      help: 'Dead letters that wait for a person',
      registers: [],
      collect() {
        this.set(deadLetters.count('open'));
      },
    }),
  );
  registry.registerMetric(
    new Gauge({
      name: 'sentinel_destination_up',
      help: '1 while the main destination takes rows, 0 while events wait for it',
      labelNames: ['type'] as const,
      registers: [],
      async collect() {
        this.reset();
        const trouble = await troubleOf(pipeline);
        this.set({ type: config.destination.type }, trouble === undefined ? 1 : 0);
      },
    }),
  );
  registry.registerMetric(
    new Gauge({
      name: 'sentinel_changed_duplicates',
      help: 'Duplicates that say something else than the event that has the row, since the data folder began',
      registers: [],
      async collect() {
        // While the destination is away, the last figure stands.
        const counts = await pipeline.counts().catch(() => undefined);
        if (counts !== undefined) this.set(counts.changed ?? 0);
      },
    }),
  );
  return registry;
}
