import type { Lease } from '../../engine/lease.ts';
import type { Withdrawn, WithdrawnEvent } from '../../load/withdraw.ts';
import { deadLetterId } from '../../model/dead-letter.ts';
import { type RollbackRecord, rollbackWrite } from '../rules/rollback-record.ts';
import { takenBack } from './letter.ts';
import type { RollbackParts } from './parts.ts';

const pageRows = 1000;

/** Withdraws a rule's rows, a page at a time, and writes their letters. */
export class Withdrawal {
  readonly #parts: RollbackParts;
  readonly #record: RollbackRecord;
  readonly #lease: Lease;
  readonly #closing: AbortSignal;

  constructor(
    parts: RollbackParts,
    record: RollbackRecord,
    { lease, closing }: { lease: Lease; closing: AbortSignal },
  ) {
    this.#parts = parts;
    this.#record = record;
    this.#lease = lease;
    this.#closing = closing;
  }

  /** Rows that this rollback has withdrawn so far. */
  async taken(): Promise<number> {
    const { rule_id: ruleId, before } = this.#record;
    return (await this.#parts.destination.repairs.touched(ruleId)).rolledBack - before;
  }

  /** `again`: what was withdrawn before, for its letters; `byRule`: what stands. False when some page needed a second try. */
  async pages(which: 'again' | 'byRule'): Promise<boolean> {
    const { loading, destination, state } = this.#parts;
    const { rule_id: ruleId, started_at, reason } = this.#record;
    const withdraw = destination.withdraw!;
    const at = Date.parse(started_at);
    let after: string | undefined;
    let tries = 0;
    let pages = 0;
    do {
      if (this.#closing.aborted) return true;
      await this.#lease.renew();
      const from = after;
      pages++;
      const take = async (): Promise<Withdrawn> => {
        tries++;
        const withdrawn = await withdraw[which](ruleId, { limit: pageRows, at, after: from });
        await this.#writeLetters(withdrawn.events, reason);
        return withdrawn;
      };
      // A table that keeps its rows holds the rollback up, and no load.
      const page = await loading.inTurn('a rollback', take, { failOnTableFault: true });
      after = page.after;
      if (which === 'byRule' && after !== undefined)
        await state.write([rollbackWrite({ ...this.#record, taken: await this.taken() })]);
    } while (after !== undefined);
    return tries === pages;
  }

  /** A second time changes nothing. */
  async #writeLetters(events: readonly WithdrawnEvent[], reason: string): Promise<void> {
    if (events.length === 0) return;
    const { letters, contracts, tellWithdrawn, onTaken } = this.#parts;
    const taken = events.map((event) => ({
      event: takenBack(event, contracts.get(event.contract, event.version), reason),
      round: event.round,
    }));
    await tellWithdrawn?.(
      events.map(({ requestId: request_id, round, contract, source }) => ({
        request_id,
        round,
        contract,
        source,
      })),
    );
    const opened = new Set(await letters.takeBack(taken));
    for (const { event } of taken) if (opened.has(deadLetterId(event))) onTaken(event.source, event.contract);
  }
}
