import { type DeadLetterStore, healingKey } from '../dead-letter/store.ts';
import type { StateStore } from '../engine/engine.ts';

/**
 * Sees to it that an event takes one way after a crash. What failed is handed to the healers before the position of its
 * batch commits; a crash in between leaves it both with them and in the queue, and by then a rule may have been approved,
 * disabled or learned, so that the one copy is loaded and the other becomes a dead letter. Whichever comes first has it.
 *
 * Only for events that were received before the process started, at most `mostUnderWay` of them, and where one process
 * reads all queues in order.
 */
export interface OneWay {
  isConcerned(receivedAt: number): boolean;
  /** For who would load them: those of the events that are no dead letters, and are not becoming some. */
  claim(requestIds: readonly string[]): Promise<ReadonlySet<string>>;
  /** This copy is not loaded after all; if no other is, it may become a dead letter. */
  release(requestId: string): void;
  /** Whether it may become a dead letter: nobody loads it. */
  mayKeep(requestId: string): boolean;
  /** A copy that was not kept is not with the healers any more, either. */
  forget(requestIds: readonly string[]): Promise<void>;
}

/** Events: two of the largest batches, which is what can be under way at once. */
export const mostUnderWay = 200_000;

export function createOneWay(deps: {
  letters: Pick<DeadLetterStore, 'get'>;
  state: Pick<StateStore, 'write'>;
  /** Milliseconds since 1970. */
  startedAt: number;
}): OneWay {
  const { letters, state, startedAt } = deps;
  /** By request id: how many of its copies are loaded, or that it becomes a letter. */
  const ways = new Map<string, number | 'letter'>();

  const remember = (id: string, way: number | 'letter'): void => {
    if (ways.size < mostUnderWay) ways.set(id, way);
  };
  const copiesOf = (id: string): number => {
    const way = ways.get(id);
    return typeof way === 'number' ? way : 0;
  };

  return {
    isConcerned: (receivedAt) => receivedAt <= startedAt,
    async claim(requestIds) {
      // Before anything is waited for, so that the keeper knows.
      const mine = requestIds.filter((id) => ways.get(id) !== 'letter');
      for (const id of mine) remember(id, copiesOf(id) + 1);
      const known = await Promise.all(mine.map((id) => letters.get(id)));
      return new Set(mine.filter((_, at) => known[at] === undefined));
    },
    release(requestId) {
      const left = copiesOf(requestId) - 1;
      if (left > 0) ways.set(requestId, left);
      else if (left === 0) ways.delete(requestId);
    },
    mayKeep(requestId) {
      if (copiesOf(requestId) > 0) return false;
      remember(requestId, 'letter');
      return true;
    },
    async forget(requestIds) {
      if (requestIds.length > 0) await state.write(requestIds.map((id) => ({ delete: healingKey(id) })));
    },
  };
}
