import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import type { StateStore, StateWrite } from '../engine/engine.ts';
import type { UnrecoverableEvent } from '../model/event.ts';
import type { Json } from '../model/json.ts';
import { type Result, fail, ok } from '../model/result.ts';
import { type Claimed, claimsInState } from './claims.ts';
import {
  type DeadLetter,
  type DeadLetterFilter,
  type DeadLetterStatus,
  type EditTrail,
  afterFailure,
  afterRollback,
  deadLetterId,
} from '../model/dead-letter.ts';
import {
  deadLetterGroup,
  idOf,
  indexKey,
  indexPrefix,
  keyMatches,
  prefixOf,
  readIndexKey,
} from './index-key.ts';

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

const byIdPrefix = `${deadLetterGroup}/by-id/`;

/** `claimed`: one for all who settle letters; by default one that all who share the state share. */
export function createDeadLetters(
  state: StateStore,
  { now = () => new Date(), claimed = claimsInState(state) }: { now?: () => Date; claimed?: Claimed } = {},
): DeadLetterStore {
  const get = (id: string) => state.get(byIdPrefix + id) as Promise<DeadLetter | undefined>;

  const moved = (letter: DeadLetter, change: Partial<DeadLetter> & { status: DeadLetterStatus }) => {
    const after: DeadLetter = { ...letter, ...change, updated_at: now().toISOString() };
    return { after, writes: writesFor(after, letter) };
  };

  async function settle(
    id: string,
    change: (letter: DeadLetter) => Partial<DeadLetter> & { status: DeadLetterStatus },
    asOf?: Date,
  ): Promise<Result<DeadLetter>> {
    return claimed(id, async (release) => {
      const letter = await get(id);
      if (letter === undefined) return fail(`there is no dead letter ${id}`);
      if (letter.status !== 'open')
        return fail(`dead letter ${id} is ${letter.status}; only open ones can be settled`);
      if (asOf !== undefined && Date.parse(letter.updated_at) > asOf.getTime())
        return fail(`dead letter ${id} has changed since ${asOf.toISOString()}`);
      const { after, writes } = moved(letter, change(letter));
      await state.write([...writes, ...release]);
      return ok(after);
    });
  }

  /** Changes a letter that is there while nobody else does; false when there is nothing to change. */
  async function change(id: string, next: (known: DeadLetter) => DeadLetter | undefined): Promise<boolean> {
    for (;;) {
      const result = await claimed(id, async (release) => {
        const known = await get(id);
        const letter = known === undefined ? undefined : next(known);
        await state.write([...(letter === undefined ? [] : writesFor(letter, known)), ...release]);
        return ok(letter !== undefined);
      });
      if (result.ok) return result.value;
      await sleep(claimPauseMs);
    }
  }

  /** New letters share a write; of those that are there already, each is changed on its own. */
  async function open(
    events: readonly UnrecoverableEvent[],
    next: (known: DeadLetter | undefined, at: number) => DeadLetter | undefined,
    more: readonly StateWrite[],
  ): Promise<string[]> {
    const writes = [...more];
    const opened: string[] = [];
    const mine = new Set<string>();
    for (const [at, event] of events.entries()) {
      const id = deadLetterId(event);
      const known = mine.has(id) ? undefined : await get(id);
      if (known === undefined && !mine.has(id)) {
        const letter = next(undefined, at);
        if (letter === undefined) continue;
        writes.push(...writesFor(letter));
        opened.push(id);
        mine.add(id);
      } else if (known !== undefined && (await change(id, (current) => next(current, at)))) opened.push(id);
    }
    if (writes.length > 0) await state.write(writes);
    return opened;
  }

  return {
    get,

    keep: (events) =>
      open(
        events,
        (known, at) => afterFailure(known, events[at]!, now()),
        events.map(({ request_id }) => ({ delete: healingKey(request_id) })),
      ),

    takeBack: (taken) =>
      open(
        taken.map(({ event }) => event),
        (known, at) => afterRollback(known, taken[at]!, now()),
        [],
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
      for (let from = 0; from < replays.length; from += changedAtOnce)
        await Promise.all(
          replays
            .slice(from, from + changedAtOnce)
            .map(({ id, round }) =>
              change(id, (letter) =>
                letter.status === 'replaying' && letter.replays === (round ?? letter.replays)
                  ? moved(letter, { status: 'replayed' }).after
                  : undefined,
              ),
            ),
        );
      await state.write(replays.map(({ id }) => ({ delete: healingKey(id) })));
    },

    async forgetHealing(requestIds) {
      await state.write(requestIds.map((id) => ({ delete: healingKey(id) })));
    },

    discard: (id, reason, { asOf } = {}) =>
      settle(id, () => ({ status: 'discarded', discard_reason: reason }), asOf),

    watch: (listener) =>
      state.watch(indexPrefix, ({ key, value }) => {
        if (value !== undefined) listener(readIndexKey(key));
      }),
  };
}

/** Between looks at a letter that another changes. */
const claimPauseMs = 20;
/** Their writes share a commit. */
const changedAtOnce = 100;
const scanPage = 500;
/** By one call of `list`: who looks for a text that few letters have asks again, and others get their turn. */
const mostLookedAt = 10_000;

export const healingPrefix = 'healing/';

/** The mark that an event is with the healers; see `EventStatus`. */
export function healingKey(requestId: string): string {
  return healingPrefix + requestId;
}

/**
 * `before`: what the letter was. In this order a process that dies in between, where a write is not all or nothing, leaves an
 * entry too many, which listings pass over, and not a letter that no listing finds.
 */
function writesFor(letter: DeadLetter, before?: DeadLetter): StateWrite[] {
  const writes: StateWrite[] = [
    { put: indexKey(letter), value: letter.received_at },
    { put: byIdPrefix + letter.id, value: letter as unknown as Json },
  ];
  if (before !== undefined && indexKey(before) !== indexKey(letter))
    writes.push({ delete: indexKey(before) });
  return writes;
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
