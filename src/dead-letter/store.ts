import type { EngineState } from '../engine/engine.ts';
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
  isLoaded,
} from '../model/dead-letter.ts';
import { type Changes, type Next, changeAll, createChanges } from './changes.ts';
import { indexPrefix, readIndexKey } from './index-key.ts';
import { listLetters } from './list.ts';

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
   * the same letter at the same time, in whichever process, one does, and the others are refused. `asOf`: refused when it
   * has changed since then, which it may by a replay.
   */
  startReplay(
    id: string,
    edit?: { edited: string; edit: EditTrail },
    options?: { asOf?: Date },
  ): Promise<Result<DeadLetter>>;
  /**
   * replaying → replayed, of the letters whose last replay this is; without a round, whichever it is, of a row that the
   * destination keeps without one: its rounds begin anew.
   */
  settleReplayed(replays: readonly { id: string; round?: number }[]): Promise<void>;
  /** The events are with the healers no more. */
  forgetHealing(requestIds: readonly string[]): Promise<void>;
  /** open → discarded, under the same terms. */
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
  state: EngineState,
  { now = () => new Date() }: { now?: () => Date } = {},
): DeadLetterStore {
  const changes = createChanges(state);
  const { get, change, isBefore03 } = changes;
  const settle = createSettle(changes, now);

  /** Returns the ids of those that `next` opens. */
  async function open(
    events: readonly UnrecoverableEvent[],
    next: (known: DeadLetter | undefined, at: number) => ReturnType<Next>,
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
        async (known, at) => {
          const { event, round } = taken[at]!;
          const uncounted =
            known !== undefined && known.replays > round && isLoaded(known) && (await isBefore03(known));
          return afterRollback(known, { event, round, uncounted }, now());
        },
      ),

    list: (filter, page) => listLetters(state, changes, filter, page),

    startReplay: (id, edit, { asOf } = {}) =>
      settle(id, ({ replays }) => ({ status: 'replaying', replays: replays + 1, ...edit }), asOf),

    async settleReplayed(replays) {
      await changeAll(replays, ({ id, round }) =>
        change(id, (letter) =>
          letter?.status === 'replaying' && letter.replays === (round ?? letter.replays)
            ? moved(letter, { status: 'replayed', replays: round ?? 0 }, now())
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

type Move = Partial<DeadLetter> & { status: DeadLetterStatus };

const moved = (letter: DeadLetter, to: Move, now: Date): DeadLetter => ({
  ...letter,
  ...to,
  updated_at: now.toISOString(),
});

/** Makes the function that moves a letter from open to another status, as a person asked. */
function createSettle({ change }: Changes, now: () => Date) {
  return async (id: string, to: (letter: DeadLetter) => Move, asOf?: Date): Promise<Result<DeadLetter>> => {
    let refusal = '';
    const settled = await change(id, (letter) => {
      if (letter === undefined) refusal = `there is no dead letter ${id}`;
      else if (letter.status !== 'open')
        refusal = `dead letter ${id} is ${letter.status}; only open ones can be settled`;
      else if (asOf !== undefined && Date.parse(letter.updated_at) > asOf.getTime())
        refusal = `dead letter ${id} has changed since ${asOf.toISOString()}`;
      else return moved(letter, to(letter), now());
      return undefined;
    });
    return settled === undefined ? fail(refusal) : ok(settled);
  };
}

export const healingPrefix = 'healing/';

/** The mark that an event is with the healers; see `EventStatus`. */
export function healingKey(requestId: string): string {
  return healingPrefix + requestId;
}
