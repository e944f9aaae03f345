import type { Config, FurtherDestination } from '../../config/load.ts';
import type { ContractRegistry } from '../../contracts/registry.ts';
import { SentinelError, messageOf } from '../../model/errors.ts';
import type { Logger } from '../../support/log.ts';
import type { Trouble } from '../../support/patience.ts';
import { repeatedError } from '../../support/repeated-error.ts';
import { type RetryPolicy, retry } from '../../support/retry.ts';
import type { Destination, OpenDestination } from '../destination.ts';
import { withHeaders } from '../headers-column.ts';
import { openDestination } from '../open.ts';
import { Refused } from '../refused.ts';
import { type LoadStage, createLoadStage } from '../stage.ts';
import { WaitingTables } from '../waiting-tables.ts';

export interface Opened {
  destination: Destination;
  loading: LoadStage;
  waiting: WaitingTables;
  /** Ends `loading.watch`. */
  unwatch: () => void;
}

const policy: RetryPolicy = {
  maxAttempts: Infinity,
  initialDelayMs: 500,
  maxDelayMs: 60_000,
  factor: 2,
  jitter: 0.3,
};

/** Opens a further destination, for as long as it takes: its events wait in its topic, and nobody else does. */
export class Opening {
  readonly #which: FurtherDestination;
  readonly #config: Config;
  readonly #contracts: ContractRegistry;
  readonly #log: Logger;
  readonly #onBroken: (error: unknown) => void;
  readonly #onTableWaits: (table: string) => void;
  readonly #stopping = new AbortController();
  #current: Opened | undefined;
  #opening: Promise<Opened>;
  #trouble: Omit<Trouble, 'code'> | undefined;

  constructor(
    which: FurtherDestination,
    deps: {
      config: Config;
      contracts: ContractRegistry;
      log: Logger;
      onBroken: (error: unknown) => void;
      onTableWaits: (table: string) => void;
    },
  ) {
    this.#which = which;
    this.#config = deps.config;
    this.#contracts = deps.contracts;
    this.#log = deps.log;
    this.#onBroken = deps.onBroken;
    this.#onTableWaits = deps.onTableWaits;
    this.#opening = this.#begin();
  }

  /** Undefined while it is out of reach. */
  get current(): Opened | undefined {
    return this.#current;
  }

  /** Why it is out of reach. */
  get trouble(): Omit<Trouble, 'code'> | undefined {
    return this.#trouble;
  }

  whenOpen(): Promise<Opened> {
    return this.#opening;
  }

  /** Its tables do not fit, or it is another one now: from the beginning. */
  async reopen(opened: Opened): Promise<void> {
    if (opened !== this.#current) return;
    this.#opening = this.#begin();
    opened.unwatch();
    await opened.destination.close().catch(() => undefined);
  }

  async close(): Promise<void> {
    this.#abort();
    const { destination } = (await this.#opening.catch(() => undefined)) ?? {};
    await destination?.close().catch((failure: unknown) => {
      this.#log.warn(
        { err: failure, code: 'not_closed' },
        `destination ${this.#which.name} was not closed: ${messageOf(failure)}`,
      );
    });
  }

  /** Gives up waiting for it. */
  stop(): void {
    this.#abort();
    this.#current?.loading.stop();
  }

  #abort(): void {
    this.#stopping.abort(new SentinelError('pipeline_stopped', 'stopped while waiting for a destination'));
  }

  #begin(): Promise<Opened> {
    this.#current = undefined;
    const mine = this.#untilOpen();
    mine.catch((error: unknown) => {
      if (!(error instanceof SentinelError)) this.#onBroken(error);
    });
    return mine;
  }

  #untilOpen(): Promise<Opened> {
    const { name } = this.#which;
    const repeated = repeatedError();
    const once = async (attempt: number): Promise<Opened> => {
      const opened = await this.#openPrepared();
      if (attempt > 1)
        this.#log.info({ status: 'recovered', attempt }, `destination ${name} is reached again`);
      this.#trouble = undefined;
      return (this.#current = opened);
    };
    return retry(once, {
      policy,
      // Whatever it is that a person must mend, the others go on.
      isPassing: (failure) => failure instanceof SentinelError,
      onRetry: ({ error, attempt, delayMs }) => {
        const failure = error as SentinelError;
        this.#trouble = { error: failure.message, since: this.#trouble?.since ?? new Date().toISOString() };
        const err = repeated.due(failure);
        if (err === undefined) return;
        this.#log.error(
          {
            err,
            status: 'failed',
            code: failure.code,
            attempt,
            retry_in_ms: delayMs,
          },
          `destination ${name} can't be opened; its events wait, and it is tried again`,
        );
      },
      signal: this.#stopping.signal,
    });
  }

  async #openPrepared(): Promise<Opened> {
    const { contracts } = this.#which;
    const destination = await openDestination(this.#config, this.#which);
    try {
      const refused = new Refused();
      const tables = withHeaders(this.#contracts.tables());
      await refused.prepare(
        destination,
        tables.filter(({ contract }) => contracts?.includes(contract) !== false),
      );
      return this.#withStages(destination, refused);
    } catch (failure) {
      await destination.close();
      throw failure;
    }
  }

  #withStages(destination: OpenDestination, refused: Refused): Opened {
    const log = this.#log;
    const loading = createLoadStage({ destination, log });
    const waiting = new WaitingTables({ loading, refused, log });
    waiting.onBegin(this.#onTableWaits);
    const unwatch = loading.watch((failure) => {
      if (!(failure instanceof SentinelError)) this.#onBroken(failure);
      else if (failure.code !== 'pipeline_stopped') void this.reopen(opened);
    });
    const opened = { destination, loading, waiting, unwatch };
    return opened;
  }
}
