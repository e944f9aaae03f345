import type { ConsumeOptions, Consumer, Handler } from '../engine/engine.ts';
import { loadPace } from '../load/open.ts';
import { parkedTable, parkedTopic, topics } from '../model/event.ts';
import type { Insight } from '../observe/insight.ts';
import type { Faults } from '../runtime/stop-process.ts';
import type { PipelineParts } from './parts.ts';
import { groups } from './groups.ts';
import type { DeadLetterStage } from './dead-letter-stage.ts';
import { ParkedReaders } from '../load/parked-readers.ts';
import type { Route } from './route.ts';
import type { WaitingTables } from '../load/waiting-tables.ts';

/** Of what failed: under load it waits a moment, to be looked at together; clean events share the thread with it. */
const together: ConsumeOptions = { lingerMs: 100, maxEvents: 5000 };

export interface Stages {
  route: Route;
  waiting: WaitingTables;
  healing: { handle: Handler };
  deadLetters: DeadLetterStage;
  insight: Insight;
  faults: Faults;
}

/** Starts the readers of all topics of the flow. */
export async function startConsumers(
  { config, engine, log }: PipelineParts,
  { route, waiting, healing, deadLetters, insight, faults }: Stages,
): Promise<Pick<Consumer, 'stop'>[]> {
  const { lingerMs, maxEvents, maxBytes } = await loadPace(config.destination, config.pipeline);
  const inOrder: ConsumeOptions = { maxEvents, maxBytes, retry: 'hold', onFailure: faults.onFailure };
  const untilHealed: ConsumeOptions = {
    ...together,
    retry: config.retry,
    onFailure: faults.onFailure,
    // What keeps failing is not the event's fault: it is never given up, and comes back under the same number.
    onExhausted: (_, error) => Promise.reject(error),
  };
  /** By topic: its group, the stage as the flow names it, how it is read, and by what. */
  const readers: [topic: string, group: string, step: string, options: ConsumeOptions, handle: Handler][] = [
    // Two batches in flight: one is judged while the other settles.
    [
      topics.raw,
      groups.pipeline,
      'validator',
      { ...inOrder, inFlight: 2, lingerMs },
      (batch) => route.fromQueue(batch),
    ],
    [topics.replay, groups.pipeline, 'validator', inOrder, (batch) => route.fromQueue(batch)],
    [topics.late, groups.pipeline, 'validator', inOrder, (batch) => route.fromLate(batch)],
    [topics.slow, groups.pipeline, 'validator', inOrder, (batch) => route.fromSlow(batch)],
    [topics.fixed, groups.loader, 'loader', inOrder, (batch) => route.fromHealers(batch)],
    [topics.failed, groups.healer, 'healer', untilHealed, healing.handle],
    [
      topics.unrecoverable,
      groups.deadLetters,
      'dead-letters',
      { ...inOrder, ...together },
      (batch) => deadLetters.fromQueue(batch),
    ],
  ];
  const consumers: Consumer[] = [];
  for (const [topic, group, step, options, handle] of readers)
    consumers.push(await engine.consume(topic, group, ...insight.counting(step, options, handle)));
  const parked = new ParkedReaders({
    engine,
    tableOf: parkedTable,
    start: (table) =>
      engine.consume(
        table === '' ? topics.parked : parkedTopic(table),
        groups.loader,
        ...insight.counting('loader', { ...inOrder, lingerMs }, (batch) => route.fromParked(table, batch)),
      ),
    onBroken: faults.onBroken,
    log,
  });
  waiting.onBegin((table) => parked.begin(table));
  await parked.look();
  return [...consumers, parked];
}
