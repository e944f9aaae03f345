import { setImmediate as nextTurn } from 'node:timers/promises';
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
  /** Keeps events that could not be settled; returns the ids that are open now. */
  keep(events: readonly UnrecoverableEvent[]): Promise<string[]>;
  /** Keeps events whose rows were taken back out of the destination; calling it again changes nothing. */
  takeBack(events: readonly UnrecoverableEvent[]): Promise<void>;
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
  /** Marks replayed letters as settled; ids without a letter are passed over. */
  settleReplayed(ids: readonly string[]): Promise<void>;
  /** open → replayed, under the same terms: its event has turned out to be loaded. Passed over when it is not open. */
  settleLoaded(id: string): Promise<void>;
  /** open → discarded, under the same terms; `asOf`: refused when it has changed since then, which it may by a replay. */
  discard(id: string, reason: string, options?: { asOf?: Date }): Promise<Result<DeadLetter>>;
  /** Calls the listener when a letter changes; returns the way to stop. */
  watch(
    listener: (change: Pick<DeadLetter, 'id' | 'status' | 'contract' | 'source' | 'signature'>) => void,
  ): () => void;
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

  return {
    get,

    async keep(events) {
      const writes: StateWrite[] = [];
      const opened: string[] = [];
      for (const event of events) {
        const known = await get(deadLetterId(event));
        const letter = afterFailure(known, event, now());
        writes.push({ delete: healingKey(event.request_id) });
        if (letter === undefined) continue;
        writes.push(...writesFor(letter, known));
        opened.push(letter.id);
      }
      await state.write(writes);
      return opened;
    },

    async takeBack(events) {
      const writes: StateWrite[] = [];
      for (const event of events) {
        const known = await get(deadLetterId(event));
        const letter = afterRollback(known, event, now());
        if (letter === undefined) continue;
        writes.push(...writesFor(letter, known));
      }
      await state.write(writes);
    },

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

    async settleReplayed(ids) {
      const writes: StateWrite[] = [];
      for (const id of ids) {
        const letter = await get(id);
        if (letter !== undefined && letter.status !== 'discarded')
          writes.push(...moved(letter, { status: 'replayed' }).writes);
        writes.push({ delete: healingKey(id) });
      }
      if (writes.length > 0) await state.write(writes);
    },

    async settleLoaded(id) {
      // Refused when somebody else settles it at this moment.
      await settle(id, () => ({ status: 'replayed' }));
    },

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
