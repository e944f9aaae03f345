import type { DeadLetterStore } from '../dead-letter/store.ts';
import type { StateStore } from '../engine/engine.ts';
import type { OpenDestination, LetterEntry } from '../load/destination.ts';
import { type DeadLetter, type DeadLetterStatus, isFollowUp } from '../model/dead-letter.ts';
import type { Logger } from '../support/log.ts';

const doneKey = 'taken-over/letters';
const pageSize = 500;
/** What is replayed is a row, which needs no entry. */
const statuses: DeadLetterStatus[] = ['open', 'replaying', 'discarded'];

/**
 * Gives dead letters that have no entry in the destination their entry, before anything else is settled, so that a late copy of
 * an event finds it: those of versions before 0.3, once, and all of them when the destination has seen nothing of this queue.
 */
export async function takeOverLetters(deps: {
  state: StateStore;
  letters: Pick<DeadLetterStore, 'list' | 'settleReplayed'>;
  destination: Pick<OpenDestination, 'settle' | 'marked'>;
  queueId: string;
  log: Logger;
}): Promise<void> {
  const { state, letters, destination, queueId, log } = deps;
  const isNew = (await destination.marked(queueId)) === undefined;
  if (!isNew && (await state.get(doneKey)) !== undefined) return;
  let count = 0;
  for (const status of statuses) {
    let cursor: string | undefined;
    do {
      const page = await letters.list({ status }, { limit: pageSize, cursor });
      const ends = page.items.filter((letter) => !isFollowUp(letter));
      count += ends.length;
      if (ends.length > 0) await giveEntries(ends, { letters, destination });
      cursor = page.next;
    } while (cursor !== undefined);
  }
  await state.put(doneKey, true);
  if (count > 0)
    log.info(
      { status: 'taken_over', letters: count },
      'dead letters have their entries in the destination now',
    );
}

async function giveEntries(
  ends: readonly DeadLetter[],
  {
    letters,
    destination,
  }: { letters: Pick<DeadLetterStore, 'settleReplayed'>; destination: Pick<OpenDestination, 'settle'> },
): Promise<void> {
  const settled = await destination.settle({ rows: [], letters: ends.map(entryOf) });
  const over = ends.flatMap(({ id, status }, at) => {
    const outcome = settled.letters[at]!;
    return status === 'replaying' && outcome.status === 'already' && outcome.as === 'row' ? [{ id }] : [];
  });
  if (over.length > 0) await letters.settleReplayed(over);
}

/** A replay that is under way is of the round that its letter says; the entry is that of the round before. */
const entryOf = ({ request_id: requestId, status, replays }: DeadLetter): LetterEntry => ({
  requestId,
  round: status === 'replaying' ? Math.max(0, replays - 1) : replays,
});
