import type * as PromClient from 'prom-client';
import type { Metric, Registry } from 'prom-client';
import { requirePackage } from '../support/require-package.ts';
import type { Measured } from './metrics.ts';
import { furtherDestinations, troubleOf } from './stats.ts';

const {
  Counter,
  Gauge,
  Registry: NewRegistry,
  collectDefaultMetrics,
} = requirePackage<typeof PromClient>('prom-client');

/** The metrics of this process; those of the pipeline are its own. */
export function createRegistry(context: Measured): Registry {
  const registry = new NewRegistry();
  collectDefaultMetrics({
    register: registry,
    prefix: 'sentinel_',
    // The default, 10 ms, wakes an idle process a hundred times a second.
    eventLoopMonitoringPrecision: 100,
  });
  const metrics = [...ofIngest(context), ...ofQueue(context), ...ofOutcomes(context), ...ofBridge(context)];
  for (const metric of metrics) registry.registerMetric(metric);
  return registry;
}

function ofIngest({ ingest: { counts } }: Measured): Metric[] {
  return [
    new Counter({
      name: 'sentinel_ingest_requests_total',
      help: 'Requests to /ingest by HTTP status, since the process started',
      labelNames: ['status'] as const,
      registers: [],
      collect() {
        this.reset();
        for (const [status, count] of counts.requests) this.inc({ status }, count);
      },
    }),
    new Counter({
      name: 'sentinel_ingest_refused_total',
      help: 'Requests to /ingest that were refused because of their sender or form, by source and reason, since the process started',
      labelNames: ['source', 'reason'] as const,
      registers: [],
      collect() {
        this.reset();
        for (const [source, reasons] of counts.refused)
          for (const [reason, count] of reasons) this.inc({ source, reason }, count);
      },
    }),
    new Counter({
      name: 'sentinel_ingest_events_total',
      help: 'Events accepted, since the process started',
      registers: [],
      collect() {
        this.reset();
        this.inc(counts.events);
      },
    }),
  ];
}

function ofQueue({ engine }: Measured): Metric[] {
  return [
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
  ];
}

function ofBridge({ bridge }: Measured): Metric[] {
  if (bridge === undefined) return [];
  return [
    new Gauge({
      name: 'sentinel_bridge_connected',
      help: '1 while the III engine that the settings name is connected',
      registers: [],
      collect() {
        this.set(bridge.connected() ? 1 : 0);
      },
    }),
  ];
}

function ofOutcomes(parts: Measured): Metric[] {
  const { config, deadLetters, pipeline } = parts;
  return [
    new Gauge({
      name: 'sentinel_dead_letters_open',
      help: 'Dead letters that wait for a person',
      registers: [],
      collect() {
        this.set(deadLetters.count('open'));
      },
    }),
    new Gauge({
      name: 'sentinel_destination_up',
      help: '1 while a destination takes rows, 0 while events wait for it: the main one by its type, further ones by name',
      labelNames: ['type', 'destination'] as const,
      registers: [],
      async collect() {
        this.reset();
        const trouble = await troubleOf(pipeline);
        this.set({ type: config.destination.type }, trouble === undefined ? 1 : 0);
        for (const { name: destination, state } of await furtherDestinations(parts).catch(() => []))
          this.set({ destination }, state === 'ok' ? 1 : 0);
      },
    }),
    new Gauge({
      name: 'sentinel_changed_duplicates',
      help: 'Duplicates whose content differs from that of the event that has the row, since the data folder began',
      registers: [],
      async collect() {
        // While the destination is away, the last figure stands.
        const counts = await pipeline.counts().catch(() => undefined);
        if (counts !== undefined) this.set(counts.changed ?? 0);
      },
    }),
  ];
}
