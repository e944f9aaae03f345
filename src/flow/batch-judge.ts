import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Delivery } from '../engine/engine.ts';
import { type Received, eventsOf, forEachEvent } from '../ingest/record.ts';
import { type Candidates, addCandidate, noCandidates, withOthers } from './candidates.ts';
import { topics } from '../model/event.ts';
import { asksOthers } from './judge.ts';
import type { Outbox } from './outbox.ts';
import type { RouteParts } from './route-parts.ts';

/** Milliseconds of validation between two looks at what else waits, above all the settlement of the batch before. */
const turnMs = 2;

/** Milliseconds of judging after which a batch of slow events is settled. */
const slowBatchMs = 1000;

/** The judgement of a batch. */
export interface Judged {
  candidates: Candidates;
  /** Events that are no candidates, and copies for subscribers. */
  outbox: Outbox;
}

type Waiting = Received & { before: number };
/** `index`: the place of its message in the batch. */
type Slow = Received & { index: number };

/** Judges whole batches. No event waits for another whose contract does not answer at once: that one leaves the batch. */
export class BatchJudge {
  readonly #parts: Pick<RouteParts, 'judge' | 'loading' | 'outbox'>;

  constructor(parts: Pick<RouteParts, 'judge' | 'loading' | 'outbox'>) {
    this.#parts = parts;
  }

  /** Of `raw_event` and `replay_event`; `isLate`: of `late_event`, where nothing waits but for contracts that hang. */
  async all(batch: readonly Delivery[], { isLate = false } = {}): Promise<Judged> {
    const { judge, loading } = this.#parts;
    const { candidates, outbox } = this.#nothing();
    const others: Waiting[] = [];
    let since = performance.now();
    for (const { body } of batch) {
      forEachEvent(body, (incoming) => {
        const { header, requestId, text } = incoming;
        const row = judge.incoming(incoming, outbox);
        if (row === asksOthers) others.push({ header, requestId, text, before: candidates.rows.length });
        else if (row !== undefined) {
          // Rows are prepared in their order.
          if (others.length === 0) loading.prepareRow(row);
          addCandidate(candidates, row, text, header);
        }
      });
      if (performance.now() - since < turnMs) continue;
      await nextTurn();
      since = performance.now();
    }
    if (others.length === 0) return { candidates, outbox };
    return { candidates: await this.#withOthers(candidates, others, outbox, isLate), outbox };
  }

  /** Of `slow_event`, those that need not be judged aside any more; and the others. */
  async trusted(batch: readonly Delivery[]): Promise<Judged & { slow: Slow[] }> {
    const events = batch.flatMap(({ body }, index) => eventsOf(body).map((event) => ({ ...event, index })));
    const { candidates, outbox } = this.#nothing();
    const rows = await this.#parts.judge.together(events, outbox, { isPatient: true });
    for (const [at, row] of rows.entries())
      if (row !== undefined && row !== null) this.#add(candidates, row, events[at]!);
    return { candidates, outbox, slow: events.filter((_, at) => rows[at] === null) };
  }

  /** One by one, for a second; and those that were not judged by then. */
  async aside(slow: readonly Slow[]): Promise<Judged & { rest: Slow[] }> {
    const { candidates, outbox } = this.#nothing();
    const until = performance.now() + slowBatchMs;
    let done = 0;
    for (; done < slow.length && performance.now() < until; done++) {
      const row = await this.#parts.judge.slow(slow[done]!, outbox);
      if (row !== undefined) this.#add(candidates, row, slow[done]!);
    }
    return { candidates, outbox, rest: slow.slice(done) };
  }

  async #withOthers(
    candidates: Candidates,
    others: readonly Waiting[],
    outbox: Outbox,
    isLate: boolean,
  ): Promise<Candidates> {
    const { judge, loading } = this.#parts;
    const rows = await judge.together(others, outbox, { isPatient: isLate });
    const aside = isLate ? topics.slow : topics.late;
    for (const [at, row] of rows.entries()) if (row === null) outbox.aside(aside, others[at]!);
    const judged = others.flatMap((other, at) => {
      const row = rows[at];
      return row === undefined || row === null ? [] : [{ ...other, row }];
    });
    const all = withOthers(candidates, judged);
    for (const row of all.rows.slice(others[0]!.before)) loading.prepareRow(row);
    return all;
  }

  #add(candidates: Candidates, row: Candidates['rows'][number], { text, header }: Received): void {
    this.#parts.loading.prepareRow(row);
    addCandidate(candidates, row, text, header);
  }

  #nothing(): Judged {
    return { candidates: noCandidates(), outbox: this.#parts.outbox() };
  }
}
