import type { Config, FurtherDestination } from '../../config/load.ts';
import type { ContractRegistry } from '../../contracts/registry.ts';
import type { DeadLetterStore } from '../../dead-letter/store.ts';
import type { ConsumeOptions, Consumer, Delivery, Engine, Unsettled } from '../../engine/engine.ts';
import type { LoadedEvent } from '../../model/loaded-event.ts';
import { SentinelError } from '../../model/errors.ts';
import { stopwatch } from '../../observe/otel/span.ts';
import type { Logger } from '../../support/log.ts';
import type { LetterEntry } from '../destination.ts';
import { loadPace } from '../open.ts';
import { ParkedReaders, lookAgain } from '../parked-readers.ts';
import type { WaitingTable } from '../waiting-tables.ts';
import { CopyLoad, type SentCopy } from './copy-load.ts';
import {
  copyGroup,
  copyTopic,
  parkedCopyTable,
  parkedCopyTopic,
  readCopyMessage,
  entryBefore,
  entryOfWithdrawal,
} from './message.ts';
import { type Opened, Opening } from './opening.ts';

export interface CopyStatus {
  name: string;
  type: FurtherDestination['type'];
  /** `opening`: not reached yet; `waiting`: it takes no rows at the moment. */
  state: 'opening' | 'ok' | 'waiting';
  /** Why it is not ok. */
  error?: string;
  /** Since when, ISO 8601. */
  since?: string;
  /** Those that take no rows while the others do. */
  tables?: WaitingTable[];
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
  readonly #load: CopyLoad;
  readonly #parked: ParkedReaders;
  readonly #opening: Opening;
  #consumer: Consumer | undefined;

  private constructor(which: FurtherDestination, deps: CopyReaderDeps, options: ConsumeOptions) {
    const { name } = which;
    const { engine, onBroken } = deps;
    this.name = name;
    this.#type = which.type;
    this.#load = new CopyLoad(name, deps);
    const log = deps.log.child({ destination: name });
    this.#parked = new ParkedReaders({
      engine,
      tableOf: (topic) => parkedCopyTable(name, topic),
      start: (table) =>
        engine.consume(parkedCopyTopic(name, table), copyGroup, options, (batch) =>
          this.#handle(batch, table),
        ),
      onBroken,
      log,
    });
    const onTableWaits = (table: string): void => this.#parked.begin(table);
    this.#opening = new Opening(which, { ...deps, log, onTableWaits });
  }

  /** Starts at once, also when the destination is out of reach: its events wait in its topic until it is not. */
  static async start(which: FurtherDestination, deps: CopyReaderDeps): Promise<CopyReader> {
    const { lingerMs, maxEvents, maxBytes } = await loadPace(which, deps.config.pipeline);
    const { onFailure } = deps;
    const options: ConsumeOptions = { maxEvents, maxBytes, lingerMs, retry: 'hold', onFailure };
    const reader = new CopyReader(which, deps, options);
    await reader.#parked.look();
    reader.#consumer = await deps.engine.consume(copyTopic(which.name), copyGroup, options, (batch) =>
      reader.#handle(batch),
    );
    return reader;
  }

  status(): CopyStatus {
    const { current } = this.#opening;
    const trouble = current === undefined ? this.#opening.trouble : current.loading.trouble();
    const tables = current?.waiting.list() ?? [];
    return {
      name: this.name,
      type: this.#type,
      state: current === undefined ? 'opening' : trouble === undefined ? 'ok' : 'waiting',
      error: trouble?.error,
      since: trouble?.since,
      ...(tables.length > 0 && { tables }),
      counts: this.#load.counts,
    };
  }

  /** Undefined while it is out of reach. */
  get reached(): Opened | undefined {
    return this.#opening.current;
  }

  /** Rejects while the destination is out of reach. */
  async find(requestId: string): Promise<LoadedEvent | undefined> {
    const { current, trouble } = this.#opening;
    if (current === undefined)
      throw new SentinelError('destination_unavailable', trouble?.error ?? 'it is being opened');
    return current.destination.find(requestId);
  }

  async stop(): Promise<void> {
    this.#opening.stop();
    await Promise.all([this.#consumer?.stop(), this.#parked.stop()]);
    await this.#opening.close();
  }

  /** `table`: they have waited for it. */
  async #handle(batch: readonly Delivery[], table?: string): Promise<Unsettled[]> {
    const copies: SentCopy[] = [];
    const entries: LetterEntry[] = [];
    for (const [index, { body }] of batch.entries()) {
      const message = readCopyMessage(body);
      if ('withdrawn' in message) {
        entries.push(entryOfWithdrawal(message.withdrawn));
        continue;
      }
      copies.push({ ...message.copy, index, body });
      const before = entryBefore(message.copy.header);
      if (before !== undefined) entries.push(before);
    }
    const opened = await this.#opening.whenOpen();
    const measured = stopwatch();
    try {
      if (entries.length > 0) await withdraw(opened, entries);
      return (await this.#load.settle(copies, opened, table)) ?? lookAgain(batch, measured());
    } catch (failure) {
      if (!(failure instanceof SentinelError) || failure.code === 'pipeline_stopped' || failure.retryable)
        throw failure;
      await this.#opening.reopen(opened);
      throw new SentinelError('destination_unavailable', failure.message, { cause: failure });
    }
  }
}

async function withdraw({ destination, loading }: Opened, entries: readonly LetterEntry[]): Promise<void> {
  const { withdraw } = destination;
  // Nothing that it has can be taken out: it keeps the row, as its documentation says.
  if (withdraw === undefined) return;
  await loading.inTurn('a rollback', () => withdraw.byEvent(entries, Date.now()));
}
