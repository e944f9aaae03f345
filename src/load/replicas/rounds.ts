import type { LetterEntry } from '../destination.ts';
import type { CopyHeader, Withdrawal } from './message.ts';

/*
 * The rounds of a further destination: those of the main one, and within each the replays of the copy itself, which a person sends
 * back when this destination has refused it.
 */

const replaysOfRound = 2 ** 16;

export const roundOfCopy = ({ round = 0, replay }: Pick<CopyHeader, 'round' | 'replay'>): number =>
  round * replaysOfRound + Math.min(replay?.round ?? 0, replaysOfRound - 2);

/** The last of the main destination's round: whatever copy of it comes later is too late. */
export const entryOfWithdrawal = ({ request_id: requestId, round }: Withdrawal): LetterEntry => ({
  requestId,
  round: round * replaysOfRound + replaysOfRound - 1,
});

/** A copy of a later round says that the row of the round before is to go, whether the message about it came or not. */
export const entryBefore = ({ request_id, round = 0 }: CopyHeader): LetterEntry | undefined =>
  round === 0 ? undefined : entryOfWithdrawal({ request_id, round: round - 1 });
