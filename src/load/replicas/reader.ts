import { withHeaders } from '../headers-column.ts';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Config, FurtherDestination } from '../../config/load.ts';
import type { ContractRegistry } from '../../contracts/registry.ts';
import { type DeadLetter, deadLetterId, isStaleReplay } from '../../model/dead-letter.ts';
import type { DeadLetterStore } from '../../dead-letter/store.ts';
import {
  type ConsumeOptions,
  type Delivery,
  type Engine,
  type RetryPolicy,
  retryDelay,
} from '../../engine/engine.ts';
import { SentinelError, messageOf } from '../../model/errors.ts';
import { type UnrecoverableEvent, topics } from '../../model/event.ts';
import type { Logger } from '../../support/log.ts';
import { repeatedError } from '../../support/repeated-error.ts';
import type { Destination, Row, RowOutcome } from '../destination.ts';
import type { LoadedEvent } from '../../model/loaded-event.ts';
import { loadPace, openDestination } from '../open.ts';
import { type LoadStage, createLoadStage } from '../stage.ts';
import { deadCopy, refusalOf } from './dead-letter.ts';
import { type Copy, type CopyHeader, type Retraction, copyGroup, copyTopic } from './message.ts';
import { type Part, partsOf } from './parts.ts';
import { retract } from './rollback.ts';
import { createCopyRows } from './rows.ts';

/** One further destination at work, at its own pace. */
export interface CopyReader {
  readonly name: string;
  status(): CopyStatus;
  /** Rejects while the destination is out of reach. */
  find(requestId: string): Promise<LoadedEvent | undefined>;
  stop(): Promise<void>;
}

export interface CopyStatus {
  name: string;
  type: FurtherDestination['type'];
  /** `opening`: not reached yet; `waiting`: it takes no rows at the moment. */
  state: 'opening' | 'ok' | 'waiting';
  /** Why it is not ok. */
  error?: string;
  /** Events since the process started, by what became of them. */
  counts: Record<'loaded' | 'repaired' | 'duplicate' | 'rejected', number>;
}

interface Opened {
  destination: Destination;
  loading: LoadStage;
}

export interface CopyReaderDeps {
  config: Config;
  engine: Engine;
  contracts: ContractRegistry;
  letters: DeadLetterStore;
  log: Logger;
  onFailure: NonNullable<ConsumeOptions['onFailure']>;
  /** Told of an error that nobody foresaw. */
  onBroken: (error: unknown) => void;
}

const openingPatience: RetryPolicy = {
  maxAttempts: Infinity,
  initialDelayMs: 500,
  maxDelayMs: 60_000,
  factor: 2,
  jitter: 0.3,
};

/** Starts at once, also when the destination is out of reach: its events wait in its topic until it is not. */
export async function startCopyReader(which: FurtherDestination, deps: CopyReaderDeps): Promise<CopyReader> {
  const { config, engine, contracts, letters, onBroken } = deps;
  const { name } = which;
  const log = deps.log.child({ destination: name });
  const stopping = new AbortController();
  const counts: CopyStatus['counts'] = { loaded: 0, repaired: 0, duplicate: 0, rejected: 0 };
  const rowOf = createCopyRows(contracts);
  const tables = withHeaders(contracts.tables()).filter(
    ({ contract }) => which.contracts?.includes(contract) !== false,
  );
  let error: string | undefined;
  let opened: Opened | undefined;
  let opening = open();

  function unlessStopped(error: unknown): void {
    if (!(error instanceof SentinelError)) onBroken(error);
  }

  function open(): Promise<Opened> {
    opened = undefined;
    const mine = untilOpen();
    mine.catch(unlessStopped);
    return mine;
  }

  async function untilOpen(): Promise<Opened> {
    const repeated = repeatedError();
    for (let attempt = 1; ; attempt++) {
      if (stopping.signal.aborted) throw stopped();
      try {
        const destination = await openPrepared();
        if (attempt > 1) log.info({ status: 'recovered', attempt }, `destination ${name} is reached again`);
        error = undefined;
        return (opened = { destination, loading: createLoadStage({ destination, log }) });
      } catch (failure) {
        // Whatever it is that a person must mend, the others go on.
        if (!(failure instanceof SentinelError)) throw failure;
        error = failure.message;
        const delay = retryDelay(openingPatience, attempt);
        log.error(
          { err: repeated.next(failure), status: 'failed', code: failure.code, attempt, retry_in_ms: delay },
          `destination ${name} can't be opened; its events wait, and it is tried again`,
        );
        await sleep(delay, undefined, { signal: stopping.signal }).catch(() => undefined);
      }
    }
  }

  async function openPrepared(): Promise<Destination> {
    const destination = await openDestination(config, which);
    try {
      await destination.prepare(tables);
      return destination;
    } catch (failure) {
      await destination.close();
      throw failure;
    }
  }

  async function handle(batch: readonly Delivery[]): Promise<void> {
    for (const part of partsOf(batch)) {
      if (part.kind === 'copies') await load(part.copies, await opening);
      else await takeOut(part, await opening);
    }
  }

  async function takeOut({ retracted, again }: Part & { kind: 'retracted' }, opened: Opened): Promise<void> {
    const known = again ? await Promise.all(retracted.map(({ request_id }) => letters.get(request_id))) : [];
    const due = retracted.filter((retraction, at) => !mayBeOutdated(retraction, known[at]));
    const { destination, loading } = opened;
    // In order nothing else of the event can be there.
    const whole = engine.ordered ? due.map(({ request_id }) => ({ request_id })) : due;
    if (whole.length > 0) await loading.inTurn('a rollback', () => retract(destination.repairs, whole));
  }

  async function load(all: readonly Copy[], { destination, loading }: Opened): Promise<void> {
    const copies: Copy[] = [];
    const rows: Row[] = [];
    const dead: UnrecoverableEvent[] = [];
    for (const copy of all) {
      if (await isStale(copy.header)) continue;
      const row = rowOf(copy);
      if (!row.ok) dead.push(deadCopy(name, copy, row.error));
      else {
        loading.makeReady(row.value);
        copies.push(copy);
        rows.push(row.value);
      }
    }
    if (dead.length > 0) await bury(dead);
    try {
      // Without positions: its keys make it load once, also where the queue has begun anew.
      const outcomes = await loading.load(
        rows,
        [],
        (outcomes) => keepWhatIsNotLoaded(copies, outcomes),
        engine.ordered ? undefined : () => dropSettled(destination, copies, rows),
      );
      for (const [i, { status }] of outcomes.entries())
        counts[status === 'loaded' && rows[i]!.repair !== undefined ? 'repaired' : status]++;
      counts.rejected += dead.length;
    } catch (failure) {
      if (!(failure instanceof SentinelError) || failure.code === 'pipeline_stopped' || failure.retryable)
        throw failure;
      // Its tables do not fit, or it is another one now: from the beginning.
      opening = open();
      await destination.close().catch(() => undefined);
      throw new SentinelError('destination_unavailable', failure.message, { cause: failure });
    }
  }

  async function isStale({ request_id, repair, replay }: CopyHeader): Promise<boolean> {
    // Where workers share the topic, its row may be retracted by another before this one loads it.
    if (replay === undefined)
      return !engine.ordered && repair?.ruleId !== undefined && isGivenUp(await letters.get(request_id));
    return isStaleReplay(await letters.get(deadLetterId({ request_id, destination: name })), replay);
  }

  /**
   * Where workers share the topic: while the copies waited for their turn another may have handled their retraction. And
   * a duplicate that comes once more would get in where the row whose key it has was taken out.
   */
  async function dropSettled(destination: Destination, copies: Copy[], rows: Row[]): Promise<void> {
    // What a person edited may have another key since.
    const asBefore = rows.filter(({ repair }) => repair?.healer !== 'person');
    const duplicates = await destination.holds(
      asBefore.map(({ requestId }) => requestId),
      'duplicates',
    );
    const stale = await Promise.all(copies.map(({ header }) => isStale(header)));
    const replayed = copies.filter(
      ({ header }, at) => !stale[at] && header.replay !== undefined && duplicates.has(header.request_id),
    );
    if (replayed.length > 0)
      await letters.settleReplayed(
        replayed.map(({ header }) => deadLetterId({ request_id: header.request_id, destination: name })),
      );
    for (let at = rows.length - 1; at >= 0; at--) {
      if (!stale[at] && !duplicates.has(rows[at]!.requestId)) continue;
      rows.splice(at, 1);
      copies.splice(at, 1);
    }
  }

  async function keepWhatIsNotLoaded(
    copies: readonly Copy[],
    outcomes: readonly RowOutcome[],
  ): Promise<void> {
    const dead: UnrecoverableEvent[] = [];
    const replayed: string[] = [];
    for (const [i, outcome] of outcomes.entries()) {
      const copy = copies[i]!;
      if (outcome.status === 'rejected')
        dead.push(deadCopy(name, copy, [refusalOf(outcome, `destination ${name}`)]));
      else if (copy.header.replay !== undefined)
        replayed.push(deadLetterId({ request_id: copy.header.request_id, destination: name }));
    }
    if (dead.length > 0) await bury(dead);
    if (replayed.length > 0) await letters.settleReplayed(replayed);
  }

  const bury = (events: readonly UnrecoverableEvent[]): Promise<void> =>
    engine.publish(
      topics.unrecoverable,
      events.map((event) => ({ body: Buffer.from(JSON.stringify(event)) })),
    );

  const { lingerMs, maxEvents, maxBytes } = loadPace(which, config.pipeline);
  const consumer = await engine.consume(
    copyTopic(name),
    copyGroup,
    { maxEvents, maxBytes, lingerMs, retry: 'hold', onFailure: deps.onFailure },
    handle,
  );
  return {
    name,
    status() {
      const waits = opened?.loading.waiting() === true;
      const state = opened === undefined ? 'opening' : waits ? 'waiting' : 'ok';
      return { name, type: which.type, state, ...(error === undefined ? undefined : { error }), counts };
    },
    async find(requestId) {
      if (opened === undefined)
        throw new SentinelError('destination_unavailable', error ?? 'it is being opened');
      return opened.destination.find(requestId);
    },
    async stop() {
      stopping.abort();
      opened?.loading.stop();
      await consumer.stop();
      const { destination } = (await opening.catch(() => undefined)) ?? {};
      await destination?.close().catch((failure: unknown) => {
        log.warn(
          { err: failure, code: 'not_closed' },
          `destination ${name} was not closed: ${messageOf(failure)}`,
        );
      });
    },
  };
}

/**
 * Whether a retraction that comes once more, which it does where workers share the topic, may be older than the row: when
 * its event was replayed, and the same rule may have repaired it as before.
 */
function mayBeOutdated({ rule_id }: Retraction, letter: DeadLetter | undefined): boolean {
  if (letter?.status !== 'replaying' && letter?.status !== 'replayed') return false;
  return rule_id === undefined || letter.edited === undefined || letter.edit?.rule_id === rule_id;
}

/** A row that the main destination refused may still be one elsewhere. */
const isGivenUp = (letter: DeadLetter | undefined): boolean =>
  (letter?.status === 'open' || letter?.status === 'discarded') && letter.code !== 'rejected_by_destination';

const stopped = () => new SentinelError('pipeline_stopped', 'stopped while waiting for a destination');
