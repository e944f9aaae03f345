import { Outgoing } from '../../engine/outgoing.ts';
import type { ContractRegistry } from '../../contracts/registry.ts';
import type { DeadLetterStore } from '../../dead-letter/store.ts';
import type { Engine, Unsettled } from '../../engine/engine.ts';
import { deadLetterId } from '../../model/dead-letter.ts';
import { type UnrecoverableEvent, topics } from '../../model/event.ts';
import type { Row } from '../destination.ts';
import { type RowEnd, letterWaitMs } from '../waiting-tables.ts';
import { deadCopy, refusalOf } from './dead-letter.ts';
import { type Copy, parkedCopyTopic, roundOfCopy } from './message.ts';
import type { Opened } from './opening.ts';
import type { CopyStatus } from './reader.ts';
import { createCopyRows } from './rows.ts';

/** A copy as it was sent: its message, and the place of that in its batch. */
export interface SentCopy extends Copy {
  body: Uint8Array;
  index: number;
}

interface Refused {
  copy: SentCopy;
  event: UnrecoverableEvent;
}

/** Loads copies into one further destination. What it does not take ends as a letter of it; the others are not concerned. */
export class CopyLoad {
  readonly counts: CopyStatus['counts'] = { loaded: 0, repaired: 0, duplicate: 0, rejected: 0 };
  readonly #name: string;
  readonly #engine: Pick<Engine, 'publish'>;
  readonly #letters: Pick<DeadLetterStore, 'settleReplayed'>;
  readonly #rowOf: ReturnType<typeof createCopyRows>;

  constructor(
    name: string,
    deps: {
      engine: Pick<Engine, 'publish'>;
      contracts: ContractRegistry;
      letters: Pick<DeadLetterStore, 'settleReplayed'>;
    },
  ) {
    this.#name = name;
    this.#engine = deps.engine;
    this.#letters = deps.letters;
    this.#rowOf = createCopyRows(deps.contracts);
  }

  /** Undefined when nothing was settled, as `table`, for which they have waited, takes no rows. */
  async settle(
    all: readonly SentCopy[],
    opened: Opened,
    table: string | undefined,
  ): Promise<Unsettled[] | undefined> {
    const copies: SentCopy[] = [];
    const rows: Row[] = [];
    const refused: Refused[] = [];
    for (const copy of all) {
      const row = this.#rowOf(copy, roundOfCopy(copy.header));
      if (row.ok) {
        opened.loading.prepareRow(row.value);
        copies.push(copy);
        rows.push(row.value);
      } else refused.push({ copy, event: deadCopy(this.#name, copy, row.error) });
    }
    const { waiting } = opened;
    const ends = table === undefined ? await waiting.settle(rows) : await waiting.settleWaiting(table, rows);
    if (ends === undefined) return undefined;
    await this.#park(copies, ends);
    for (const [at, end] of ends.entries())
      if (end.status === 'rejected') refused.push({ copy: copies[at]!, event: this.#dead(copies[at]!, end) });
    const unsettled = await this.#bury(refused, opened);
    await this.#buryAgain(copies, ends);
    await this.#settleReplayed(copies, ends);
    for (const [at, { status }] of ends.entries())
      if (status === 'loaded' || status === 'duplicate')
        this.counts[status === 'loaded' && rows[at]!.repair !== undefined ? 'repaired' : status]++;
    this.counts.rejected += refused.length - unsettled.length;
    return unsettled;
  }

  #dead(copy: Copy, end: Parameters<typeof refusalOf>[0]): UnrecoverableEvent {
    return deadCopy(this.#name, copy, [refusalOf(end, `destination ${this.#name}`)]);
  }

  async #park(copies: readonly SentCopy[], ends: readonly RowEnd[]): Promise<void> {
    const messages = new Outgoing();
    for (const [at, end] of ends.entries())
      if (end.status === 'waits') messages.add(parkedCopyTopic(this.#name, end.table), copies[at]!.body);
    await messages.publish(this.#engine);
  }

  /** Returns those that may have a row in a table that nobody can read: they come again. */
  async #bury(refused: readonly Refused[], { waiting }: Opened): Promise<Unsettled[]> {
    if (refused.length === 0) return [];
    const ends = await waiting.settleLetters(
      refused.map(({ event: { request_id: requestId, copy_round: round, replay } }) => ({
        requestId,
        round: roundOfCopy({ round, replay }),
      })),
    );
    const among = (status: string) => refused.filter((_, at) => ends[at]!.status === status);
    await this.#publish(among('written').map(({ event }) => event));
    return among('waits').map(({ copy: { index } }) => ({ index, deferMs: letterWaitMs }));
  }

  /** Of these a crash may have come between the entry and the letter. */
  async #buryAgain(copies: readonly SentCopy[], ends: readonly RowEnd[]): Promise<void> {
    const why = { reason: 'it was refused before the service was stopped', status: 'rejected' } as const;
    await this.#publish(
      copies.flatMap((copy, at) => {
        const end = ends[at]!;
        return end.status === 'already' && end.as === 'letter' ? [this.#dead(copy, why)] : [];
      }),
    );
  }

  async #settleReplayed(copies: readonly SentCopy[], ends: readonly RowEnd[]): Promise<void> {
    const over = copies.flatMap(({ header: { request_id, replay } }, at) => {
      const { status } = ends[at]!;
      if (replay === undefined || (status !== 'loaded' && status !== 'duplicate')) return [];
      return [{ id: deadLetterId({ request_id, destination: this.#name }), round: replay.round }];
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
