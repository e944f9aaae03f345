import type { Config, FurtherDestination } from '../../config/load.ts';
import type { ContractRegistry } from '../../contracts/registry.ts';
import type { DeadLetterStore } from '../../dead-letter/store.ts';
import type { ConsumeOptions, Consumer, Delivery, Engine } from '../../engine/engine.ts';
import { deadLetterId } from '../../model/dead-letter.ts';
import { SentinelError } from '../../model/errors.ts';
import { type UnrecoverableEvent, topics } from '../../model/event.ts';
import type { LoadedEvent } from '../../model/loaded-event.ts';
import type { Logger } from '../../support/log.ts';
import type { LetterEntry, LetterOutcome, Row, Settled } from '../destination.ts';
import { loadPace } from '../open.ts';
import { deadCopy, refusalOf } from './dead-letter.ts';
import { type Copy, copyGroup, copyTopic, readCopyMessage } from './message.ts';
import { type Opened, Opening } from './opening.ts';
import { entryBefore, entryOfWithdrawal, roundOfCopy } from './rounds.ts';
import { createCopyRows } from './rows.ts';

export interface CopyStatus {
  name: string;
  type: FurtherDestination['type'];
  /** `opening`: not reached yet; `waiting`: it takes no rows at the moment. */
  state: 'opening' | 'ok' | 'waiting';
  /** Why it is not ok. */
  error?: string;
  /** Events since the process started, by outcome. */
  counts: Record<'loaded' | 'repaired' | 'duplicate' | 'rejected', number>;
}

export interface CopyReaderDeps {
  config: Config;
  engine: Engine;
  contracts: ContractRegistry;
  letters: DeadLetterStore;
  log: Logger;
  onFailure: NonNullable<ConsumeOptions['onFailure']>;
  /** Told of an unexpected error. */
  onBroken: (error: unknown) => void;
}

/** One further destination at work, at its own pace. It follows the main one, in whichever order the messages come. */
export class CopyReader {
  readonly name: string;
  readonly #type: FurtherDestination['type'];
  readonly #engine: Pick<Engine, 'publish'>;
  readonly #letters: Pick<DeadLetterStore, 'settleReplayed'>;
  readonly #rowOf: ReturnType<typeof createCopyRows>;
  readonly #opening: Opening;
  readonly #counts: CopyStatus['counts'] = { loaded: 0, repaired: 0, duplicate: 0, rejected: 0 };
  #consumer: Consumer | undefined;

  private constructor(which: FurtherDestination, deps: CopyReaderDeps) {
    this.name = which.name;
    this.#type = which.type;
    this.#engine = deps.engine;
    this.#letters = deps.letters;
    this.#rowOf = createCopyRows(deps.contracts);
    this.#opening = new Opening(which, { ...deps, log: deps.log.child({ destination: which.name }) });
  }

  /** Starts at once, also when the destination is out of reach: its events wait in its topic until it is not. */
  static async start(which: FurtherDestination, deps: CopyReaderDeps): Promise<CopyReader> {
    const reader = new CopyReader(which, deps);
    const { lingerMs, maxEvents, maxBytes } = await loadPace(which, deps.config.pipeline);
    reader.#consumer = await deps.engine.consume(
      copyTopic(which.name),
      copyGroup,
      { maxEvents, maxBytes, lingerMs, retry: 'hold', onFailure: deps.onFailure },
      (batch) => reader.#handle(batch),
    );
    return reader;
  }

  status(): CopyStatus {
    const { current, error } = this.#opening;
    const trouble = current?.loading.trouble();
    const state = current === undefined ? 'opening' : trouble === undefined ? 'ok' : 'waiting';
    return { name: this.name, type: this.#type, state, error: trouble?.error ?? error, counts: this.#counts };
  }

  /** Undefined while it is out of reach. */
  get reached(): Opened | undefined {
    return this.#opening.current;
  }

  /** Rejects while the destination is out of reach. */
  async find(requestId: string): Promise<LoadedEvent | undefined> {
    const { current, error } = this.#opening;
    if (current === undefined)
      throw new SentinelError('destination_unavailable', error ?? 'it is being opened');
    return current.destination.find(requestId);
  }

  async stop(): Promise<void> {
    this.#opening.stop();
    await this.#consumer?.stop();
    await this.#opening.close();
  }

  async #handle(batch: readonly Delivery[]): Promise<void> {
    const copies: Copy[] = [];
    const entries: LetterEntry[] = [];
    for (const { body } of batch) {
      const message = readCopyMessage(body);
      if ('withdrawn' in message) {
        entries.push(entryOfWithdrawal(message.withdrawn));
        continue;
      }
      copies.push(message.copy);
      const before = entryBefore(message.copy.header);
      if (before !== undefined) entries.push(before);
    }
    const opened = await this.#opening.whenOpen();
    try {
      if (entries.length > 0) await withdraw(opened, entries);
      await this.#load(copies, opened);
    } catch (failure) {
      if (!(failure instanceof SentinelError) || failure.code === 'pipeline_stopped' || failure.retryable)
        throw failure;
      await this.#opening.reopen(opened);
      throw new SentinelError('destination_unavailable', failure.message, { cause: failure });
    }
  }

  async #load(all: readonly Copy[], opened: Opened): Promise<void> {
    const copies: Copy[] = [];
    const rows: Row[] = [];
    const refused: UnrecoverableEvent[] = [];
    for (const copy of all) {
      const row = this.#rowOf(copy, roundOfCopy(copy.header));
      if (row.ok) {
        opened.loading.prepareRow(row.value);
        copies.push(copy);
        rows.push(row.value);
      } else refused.push(deadCopy(this.name, copy, row.error));
    }
    const settled = rows.length === 0 ? [] : (await opened.loading.settle({ rows, letters: [] })).rows;
    for (const [at, outcome] of settled.entries())
      if (outcome.status === 'rejected')
        refused.push(deadCopy(this.name, copies[at]!, [refusalOf(outcome, `destination ${this.name}`)]));
    await this.#bury(refused, opened);
    await this.#buryAgain(copies, settled);
    await this.#settleReplayed(copies, settled);
    for (const [at, { status }] of settled.entries())
      if (status !== 'already')
        this.#counts[status === 'loaded' && rows[at]!.repair !== undefined ? 'repaired' : status]++;
    this.#counts.rejected += refused.length - settled.filter(({ status }) => status === 'rejected').length;
  }

  /** What this destination does not take ends as a letter of it; the others are not concerned. */
  async #bury(events: readonly UnrecoverableEvent[], { loading }: Opened): Promise<void> {
    if (events.length === 0) return;
    const entries = events.map(({ request_id: requestId, copy_round: round, replay }) => ({
      requestId,
      round: roundOfCopy({ round, replay }),
    }));
    const { letters } = await loading.settle({ rows: [], letters: entries });
    await this.#publish(events.filter((_, at) => isWritten(letters[at]!)));
  }

  /** Of these a crash may have come between the entry and the letter. */
  async #buryAgain(copies: readonly Copy[], settled: Settled['rows']): Promise<void> {
    const why = { reason: 'it was refused before the service was stopped', status: 'rejected' } as const;
    await this.#publish(
      copies.flatMap((copy, at) => {
        const outcome = settled[at]!;
        return outcome.status === 'already' && outcome.as === 'letter'
          ? [deadCopy(this.name, copy, [refusalOf(why, `destination ${this.name}`)])]
          : [];
      }),
    );
  }

  async #settleReplayed(copies: readonly Copy[], settled: Settled['rows']): Promise<void> {
    const over = copies.flatMap(({ header: { request_id, replay } }, at) => {
      const { status } = settled[at]!;
      if (replay === undefined || (status !== 'loaded' && status !== 'duplicate')) return [];
      return [{ id: deadLetterId({ request_id, destination: this.name }), round: replay.round }];
    });
    if (over.length > 0) await this.#letters.settleReplayed(over);
  }

  async #publish(events: readonly UnrecoverableEvent[]): Promise<void> {
    if (events.length === 0) return;
    await this.#engine.publish(
      topics.unrecoverable,
      events.map((event) => ({ body: Buffer.from(JSON.stringify(event)) })),
    );
  }
}

const isWritten = ({ status }: LetterOutcome): boolean => status === 'written';

async function withdraw({ destination, loading }: Opened, entries: readonly LetterEntry[]): Promise<void> {
  const { withdraw } = destination;
  // Nothing that it has can be taken out: it keeps the row, as its documentation says.
  if (withdraw === undefined) return;
  await loading.inTurn('a rollback', () => withdraw.byEvent(entries, Date.now()));
}
