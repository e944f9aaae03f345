import { type DeadLetterStore, healingKey } from '../dead-letter/store.ts';
import { afterFailure, isAside, isStaleReplay } from '../model/dead-letter.ts';
import type { StateStore } from '../engine/engine.ts';
import type { ReplayTrail, UnrecoverableEvent } from '../model/event.ts';
import type { InOnePlace } from './one-place.ts';
import type { Retract, Retracted } from '../load/replicas/feed.ts';
import type { Destination } from '../load/destination.ts';

/**
 * Sees to it that an event takes one way, of however many copies. What failed is handed to the healers before the
 * position of its batch commits; a crash in between leaves it both with them and in the queue, and by then a rule may
 * have been approved, disabled or learned, so that one copy is to be loaded and the other is to become a dead letter.
 * Whichever comes to its end first has it: who loads looks for a letter, who opens a letter looks into the destination,
 * and for the time in between this process remembers what is under way in it.
 *
 * Where several workers share the queues, two copies that come to their ends in two workers within the same moment miss each
 * other; both look once more then (`InOnePlace`).
 */
export interface OneWay {
  /** For who would load them. A copy that is never loaded after all is to be let go of, the rest when the load has ended. */
  claim(copies: readonly Copy[]): Promise<Claim>;
  /** For who would make letters of them: calls `keep` with those that are not loaded, nor about to be. */
  keeping(
    events: readonly UnrecoverableEvent[],
    keep: (events: UnrecoverableEvent[]) => Promise<void>,
  ): Promise<void>;
}

/** An event on its way to the destination, of which there may be another copy. */
export interface Copy {
  requestId: string;
  /** Milliseconds since 1970. */
  receivedAt: number;
  replay: Pick<ReplayTrail, 'round'> | undefined;
}

export interface Claim {
  /** Whether the event is a dead letter, or just becoming one: then this copy is to be passed over. */
  refuses(requestId: string, replay: Copy['replay']): boolean;
  /** Claims more; what is claimed already, and what is refused, is passed over. */
  add(copies: readonly Copy[]): Promise<void>;
  /** Whether nothing was claimed. */
  readonly isEmpty: boolean;
  /**
   * Looks for letters once more; to be called in turn with rollbacks, which make letters of rows. Of those that are newly
   * refused, `givenUp` are letters that a person is to settle, and `duplicates` are settled in the destination as such: they
   * stay so when the row whose key they have is taken out, which would let a late copy in.
   */
  lookAgain(): Promise<{ givenUp: ReadonlySet<string>; duplicates: ReadonlySet<string> }>;
  /** This copy is not loaded after all; to be said before it is sent elsewhere. */
  letGo(requestId: string, replay: Copy['replay']): void;
  /** What is still claimed has been loaded. */
  loaded(): Promise<void>;
  /** What was claimed is loaded now, or never will be. */
  end(): void;
}

export const noClaim: Claim = {
  isEmpty: true,
  add: async () => undefined,
  refuses: () => false,
  lookAgain: async () => ({ givenUp: new Set(), duplicates: new Set() }),
  letGo: () => undefined,
  loaded: async () => undefined,
  end: () => undefined,
};

/** Letters that are read at the same time. */
const readAtOnce = 100;

export function createOneWay(deps: {
  letters: Pick<DeadLetterStore, 'get' | 'settleReplayed'>;
  /** See `Destination.holds`; asked however long the destination is down. */
  holds: Destination['holds'];
  state: Pick<StateStore, 'write'>;
  /** Where there are further destinations: a copy of the event may have gone to them before the crash. */
  retract?: Retract | undefined;
  /**
   * Milliseconds since 1970. Of what was received later there are no copies, where one process reads all queues in order;
   * `Infinity` where there are others. Replays may have copies at all times.
   */
  receivedUntil: number;
  /** Where several workers share the queues. */
  inOnePlace?: InOnePlace;
}): OneWay {
  const { letters, holds, state, retract, receivedUntil, inOnePlace } = deps;
  /** By event and replay: how many of its copies are about to be loaded, or that it is becoming a letter. */
  const ways = new Map<string, number | 'letter'>();

  const mayHaveCopies = (receivedAt: number, replay: Copy['replay']): boolean =>
    replay !== undefined || receivedAt <= receivedUntil;
  // What happens to a late copy of one replay says nothing of the next one.
  const wayOf = (requestId: string, replay: Copy['replay']): string =>
    replay === undefined ? requestId : `${requestId}/${replay.round}`;
  const copiesOn = (way: string): number => {
    const found = ways.get(way);
    return typeof found === 'number' ? found : 0;
  };
  const leave = (way: string): void => {
    const left = copiesOn(way) - 1;
    if (left > 0) ways.set(way, left);
    else if (left === 0) ways.delete(way);
  };

  async function claim(copies: readonly Copy[]): Promise<Claim> {
    const concerned = copies.filter(({ receivedAt, replay }) => mayHaveCopies(receivedAt, replay));
    // Where others share the queues, there may be more to claim later.
    if (concerned.length === 0 && receivedUntil !== Infinity) return noClaim;
    const refused = new Set<string>();
    /** How many copies on each way are claimed here. */
    const held = new Map<string, number>();
    const hold = (way: string): void => {
      if (ways.get(way) === 'letter') {
        refused.add(way);
        return;
      }
      ways.set(way, copiesOn(way) + 1);
      held.set(way, (held.get(way) ?? 0) + 1);
    };
    // Before anything is waited for, so that who keeps letters knows.
    for (const { requestId, replay } of concerned) hold(wayOf(requestId, replay));
    const letGo = (way: string): void => {
      const mine = held.get(way) ?? 0;
      if (mine === 0) return;
      held.set(way, mine - 1);
      leave(way);
    };
    const end = (): void => {
      for (const [way, mine] of held) for (let left = mine; left > 0; left--) leave(way);
      held.clear();
    };
    const heldOnes = () =>
      concerned.filter(({ requestId, replay }) => (held.get(wayOf(requestId, replay)) ?? 0) > 0);
    const refuse = (way: string): void => {
      refused.add(way);
      letGo(way);
    };
    const look = async (): Promise<Set<string>> => {
      const givenUp = new Set<string>();
      const mine = heldOnes();
      for (let from = 0; from < mine.length; from += readAtOnce) {
        const part = mine.slice(from, from + readAtOnce);
        const known = await Promise.all(part.map(({ requestId }) => letters.get(requestId)));
        for (const [at, { requestId, replay }] of part.entries()) {
          const letter = known[at];
          const isGone = replay === undefined ? letter !== undefined : isStaleReplay(letter, replay);
          if (!isGone) continue;
          refuse(wayOf(requestId, replay));
          if (letter?.status === 'open' || letter?.status === 'discarded') givenUp.add(requestId);
        }
      }
      return givenUp;
    };
    const lookForDuplicates = async (): Promise<ReadonlySet<string>> => {
      const mine = heldOnes();
      if (mine.length === 0) return new Set();
      const duplicates = await holds(
        mine.map(({ requestId }) => requestId),
        'duplicates',
      );
      for (const { requestId, replay } of mine)
        if (duplicates.has(requestId)) refuse(wayOf(requestId, replay));
      return duplicates;
    };
    try {
      await look();
    } catch (error) {
      end();
      throw error;
    }
    return {
      get isEmpty() {
        return concerned.length === 0;
      },
      async add(copies) {
        for (const copy of copies) {
          const way = wayOf(copy.requestId, copy.replay);
          if (!mayHaveCopies(copy.receivedAt, copy.replay) || held.has(way) || refused.has(way)) continue;
          concerned.push(copy);
          hold(way);
        }
      },
      lookAgain: async () => ({ givenUp: await look(), duplicates: await lookForDuplicates() }),
      refuses: (requestId, replay) => refused.size > 0 && refused.has(wayOf(requestId, replay)),
      letGo: (requestId, replay) => letGo(wayOf(requestId, replay)),
      loaded: async () => inOnePlace?.(heldOnes().map(({ requestId }) => requestId)),
      end,
    };
  }

  /** Without late copies, of which no letter comes, and what the main destination refused, which others may take. */
  async function opening(events: readonly UnrecoverableEvent[]): Promise<Retracted[]> {
    const known = await Promise.all(events.map(({ request_id }) => letters.get(request_id)));
    return events
      .filter(
        (event, at) =>
          event.code !== 'rejected_by_destination' &&
          afterFailure(known[at], event, new Date()) !== undefined,
      )
      .map(({ request_id, contract, source }) => ({ request_id, contract, source }));
  }

  /** Those that the destination has and keeps; a row that was rolled back may be leaving it still. */
  async function loaded(events: readonly UnrecoverableEvent[]): Promise<UnrecoverableEvent[]> {
    const idsOf = (some: readonly UnrecoverableEvent[]): string[] => some.map(({ request_id }) => request_id);
    const there = await holds(idsOf(events));
    const found = events.filter(({ request_id }) => there.has(request_id));
    const replays = await openReplays(found);
    if (replays.length === 0) return found;
    const staying = await holds(idsOf(replays), 'staying');
    const over = replays.filter(({ request_id }) => staying.has(request_id));
    // A person waits for their end, and the event is where it belongs already.
    if (over.length > 0) await letters.settleReplayed(idsOf(over));
    const leaving = new Set(replays.filter((event) => !over.includes(event)));
    return found.filter((event) => !leaving.has(event));
  }

  async function openReplays(events: readonly UnrecoverableEvent[]): Promise<UnrecoverableEvent[]> {
    const replays = events.filter(({ replay }) => replay !== undefined);
    const known = await Promise.all(replays.map(({ request_id }) => letters.get(request_id)));
    return replays.filter(
      ({ replay }, at) => known[at]?.status === 'replaying' && known[at].replays === replay?.round,
    );
  }

  return {
    claim,
    async keeping(events, keep) {
      const [concerned, others]: [UnrecoverableEvent[], UnrecoverableEvent[]] = [[], []];
      for (const event of events)
        (!isAside(event) && mayHaveCopies(event.received_at, event.replay) ? concerned : others).push(event);
      // They need not wait for a destination that is down.
      if (others.length > 0) await keep(others);
      if (concerned.length === 0) return;
      const free = concerned.filter((event) => copiesOn(wayOf(event.request_id, event.replay)) === 0);
      const marked = free.map((event) => wayOf(event.request_id, event.replay));
      for (const way of marked) ways.set(way, 'letter');
      try {
        const there = new Set(await loaded(free));
        const mine = new Set(free.filter((event) => !there.has(event)));
        const dropped = concerned.filter((event) => !mine.has(event));
        // They are not with the healers any more, either.
        if (dropped.length > 0)
          await state.write(dropped.map(({ request_id }) => ({ delete: healingKey(request_id) })));
        if (mine.size > 0) {
          if (retract !== undefined) await retract(await opening([...mine]));
          await keep([...mine]);
        }
        // Also of those that are dropped, should a try that failed have kept them.
        await inOnePlace?.(free.map(({ request_id }) => request_id));
      } finally {
        for (const way of marked) ways.delete(way);
      }
    },
  };
}
