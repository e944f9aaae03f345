import { setImmediate as nextTurn } from 'node:timers/promises';
import type { StateStore } from '../engine/engine.ts';
import type { UnrecoverableEvent } from '../model/event.ts';
import { type Result, fail, ok } from '../model/result.ts';
import {
  type DeadLetter,
  type DeadLetterFilter,
  type DeadLetterStatus,
  type EditTrail,
  afterFailure,
  afterRollback,
  deadLetterId,
} from '../model/dead-letter.ts';
import { changeAll, createChanges } from './changes.ts';
import { idOf, indexKey, indexPrefix, keyMatches, prefixOf, readIndexKey } from './index-key.ts';

/**
 * Dead letters in the engine's state. The letter itself is under its id; an index entry under its status,
 * contract, source and signature makes each listing that people ask for the scan of one prefix.
 */
export interface DeadLetterStore {
  /** Keeps events that ended as letters, once each round; returns the ids that were opened by it. */
  keep(events: readonly UnrecoverableEvent[]): Promise<string[]>;
  /** Keeps events whose rows were withdrawn from the destination, likewise. */
  takeBack(events: readonly TakenBack[]): Promise<string[]>;
  get(id: string): Promise<DeadLetter | undefined>;
  /**
   * Oldest first within a group. `next` is the cursor of the following page; a page may hold fewer letters than `limit`,
   * even none, and still have a following one, as a call looks at a bounded number of letters.
   */
  list(
    filter: DeadLetterFilter,
    page: { limit: number; cursor?: string },
  ): Promise<{ items: DeadLetter[]; next: string | undefined }>;
  /**
   * open → replaying, as it was or as a person edited it (JSON text); the letter as it now is. Of several that settle
   * the same letter at the same time, in whichever process, one does, and the others are refused.
   */
  startReplay(id: string, edit?: { edited: string; edit: EditTrail }): Promise<Result<DeadLetter>>;
  /** replaying → replayed, of the letters whose last replay this is; without a round, whichever it is. */
  settleReplayed(replays: readonly { id: string; round?: number }[]): Promise<void>;
  /** The events are with the healers no more. */
  forgetHealing(requestIds: readonly string[]): Promise<void>;
  /** open → discarded, under the same terms; `asOf`: refused when it has changed since then, which it may by a replay. */
  discard(id: string, reason: string, options?: { asOf?: Date }): Promise<Result<DeadLetter>>;
  /** Calls the listener when a letter changes; returns the way to stop. */
  watch(
    listener: (change: Pick<DeadLetter, 'id' | 'status' | 'contract' | 'source' | 'signature'>) => void,
  ): () => void;
}

export interface TakenBack {
  event: UnrecoverableEvent;
  /** Of the entry in the destination. */
  round: number;
}

export function createDeadLetters(
  state: StateStore,
  { now = () => new Date() }: { now?: () => Date } = {},
): DeadLetterStore {
  const { get, change } = createChanges(state);

  const moved = (letter: DeadLetter, to: Partial<DeadLetter> & { status: DeadLetterStatus }): DeadLetter => ({
    ...letter,
    ...to,
    updated_at: now().toISOString(),
  });

  /** open → another status, by a person. */
  async function settle(
    id: string,
    to: (letter: DeadLetter) => Partial<DeadLetter> & { status: DeadLetterStatus },
    asOf?: Date,
  ): Promise<Result<DeadLetter>> {
    let refusal = '';
    const settled = await change(id, (letter) => {
      if (letter === undefined) refusal = `there is no dead letter ${id}`;
      else if (letter.status !== 'open')
        refusal = `dead letter ${id} is ${letter.status}; only open ones can be settled`;
      else if (asOf !== undefined && Date.parse(letter.updated_at) > asOf.getTime())
        refusal = `dead letter ${id} has changed since ${asOf.toISOString()}`;
      else return moved(letter, to(letter));
      return undefined;
    });
    return settled === undefined ? fail(refusal) : ok(settled);
  }

  /** Returns the ids of those that `next` opens. */
  async function open(
    events: readonly UnrecoverableEvent[],
    next: (known: DeadLetter | undefined, at: number) => DeadLetter | undefined,
  ): Promise<string[]> {
    const letters = await changeAll([...events.entries()], ([at, event]) =>
      change(deadLetterId(event), (known) => next(known, at)),
    );
    return letters.flatMap((letter) => letter?.id ?? []);
  }

  const forgetHealing = (requestIds: readonly string[]) =>
    state.write(requestIds.map((id) => ({ delete: healingKey(id) })));

  return {
    get,

    async keep(events) {
      const opened = await open(events, (known, at) => afterFailure(known, events[at]!, now()));
      await forgetHealing(events.map(({ request_id }) => request_id));
      return opened;
    },

    takeBack: (taken) =>
      open(
        taken.map(({ event }) => event),
        (known, at) => afterRollback(known, taken[at]!, now()),
      ),

    async list(filter, { limit, cursor }) {
      const items: DeadLetter[] = [];
      const prefix = indexPrefix + prefixOf(filter);
      let after = cursor;
      for (let looked = 0; looked < mostLookedAt; looked += scanPage) {
        if (looked > 0) await nextTurn();
        const page = await state.list(prefix, {
          limit: scanPage,
          after,
        });
        for (const { key } of page) {
          after = key;
          if (!keyMatches(key, filter)) continue;
          const letter = await get(idOf(key));
          // Its other entry is the one that counts.
          if (letter === undefined || indexKey(letter) !== key || !textMatches(letter, filter.q)) continue;
          items.push(letter);
          if (items.length === limit) return { items, next: after };
        }
        if (page.length < scanPage) return { items, next: undefined };
      }
      return { items, next: after };
    },

    startReplay: (id, edit) =>
      settle(id, ({ replays }) => ({ status: 'replaying', replays: replays + 1, ...edit })),

    async settleReplayed(replays) {
      await changeAll(replays, ({ id, round }) =>
        change(id, (letter) =>
          letter?.status === 'replaying' && letter.replays === (round ?? letter.replays)
            ? moved(letter, { status: 'replayed' })
            : undefined,
        ),
      );
      await forgetHealing(replays.map(({ id }) => id));
    },

    forgetHealing,

    discard: (id, reason, { asOf } = {}) =>
      settle(id, () => ({ status: 'discarded', discard_reason: reason }), asOf),

    watch: (listener) =>
      state.watch(indexPrefix, ({ key, value }) => {
        if (value !== undefined) listener(readIndexKey(key));
      }),
  };
}

const scanPage = 500;
/** By one call of `list`: who looks for a text that few letters have asks again, and others get their turn. */
const mostLookedAt = 10_000;

export const healingPrefix = 'healing/';

/** The mark that an event is with the healers; see `EventStatus`. */
export function healingKey(requestId: string): string {
  return healingPrefix + requestId;
}

function textMatches(letter: DeadLetter, q: string | undefined): boolean {
  if (q === undefined) return true;
  const text = q.toLowerCase();
  return [
    letter.id,
    letter.reason,
    letter.code,
    letter.raw,
    ...letter.violations.map((violation) => `${violation.path} ${violation.message}`),
  ].some((field) => field.toLowerCase().includes(text));
}
