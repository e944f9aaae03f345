import type { DeadLetterStore } from '../dead-letter/store.ts';
import type { OpenDestination, LetterEntry } from '../load/destination.ts';
import { type DeadLetter, type DeadLetterStatus, isFollowUp } from '../model/dead-letter.ts';
import type { Logger } from '../support/log.ts';

const pageSize = 500;

/** What is replayed is a row, which needs no entry. */
const statuses: DeadLetterStatus[] = ['open', 'replaying', 'discarded'];

interface Parts {
  letters: Pick<DeadLetterStore, 'list' | 'settleReplayed'>;
  destination: Pick<OpenDestination, 'settle' | 'marked'>;
  queueId: string;
  log: Logger;
}

/**
 * Enters the dead letters in a destination that has seen nothing of this queue, before anything else is settled, so that a
 * redelivery of one of their events finds the entry.
 */
export async function enterLetters({ letters, destination, queueId, log }: Parts): Promise<void> {
  if ((await destination.marked(queueId)) !== undefined) return;
  let count = 0;
  for (const status of statuses) {
    let cursor: string | undefined;
    do {
      const page = await letters.list({ status }, { limit: pageSize, cursor });
      const ends = page.items.filter((letter) => !isFollowUp(letter));
      count += ends.length;
      if (ends.length > 0) await enter(ends, { letters, destination });
      cursor = page.next;
    } while (cursor !== undefined);
  }
  if (count > 0)
    log.info({ status: 'entered', letters: count }, 'the dead letters were entered in the destination');
}

async function enter(
  ends: readonly DeadLetter[],
  { letters, destination }: Pick<Parts, 'letters' | 'destination'>,
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
