import type { Reception } from '../../model/event.ts';
import type { RepairTrail } from '../../model/loaded-event.ts';
import type { LetterEntry } from '../destination.ts';

/** The topic that feeds a further destination. */
export const copyTopic = (destination: string): string => `copy.${destination}`;

/** Where copies wait for a table of it that takes no rows. */
export const parkedCopyTopic = (destination: string, table: string): string =>
  `${copyTopic(destination)}.${encodeURIComponent(table)}`;

/** The table of such a topic; undefined of other topics. */
export function parkedCopyTable(destination: string, topic: string): string | undefined {
  const prefix = `${copyTopic(destination)}.`;
  return topic.startsWith(prefix) ? decodeURIComponent(topic.slice(prefix.length)) : undefined;
}

/** The group that reads them. */
export const copyGroup = 'loader';

/** What is known of an event on its way to a further destination. */
export interface CopyHeader extends Omit<Reception, 'replay'> {
  contract: string;
  version: string;
  /** The round of the row that the main destination has; default 0. */
  round?: number;
  /** Some number needs `parseExact`. */
  exact?: true;
  repair?: RepairTrail;
  /** Set while a dead letter of this destination is sent back; see `ReplayTrail.round`. */
  replay?: { round: number };
}

/** In place of a copy: the main destination has withdrawn the event's row of this round. */
export interface Withdrawal {
  request_id: string;
  round: number;
}

interface WithdrawalHeader {
  withdrawn: Withdrawal;
}

/** Of versions before 0.3, which sent messages in the order of what happened. */
interface RetractionHeader {
  retracted: { request_id: string };
}

export const encodeWithdrawal = (withdrawn: Withdrawal): Buffer =>
  encodeCopy<WithdrawalHeader>({ withdrawn }, '');

export interface Copy {
  header: CopyHeader;
  text: string;
}

/** What a message of the topic of copies is. */
export function readCopyMessage(body: Uint8Array): { copy: Copy } | { withdrawn: Withdrawal } {
  const { header, text } = decodeCopy<CopyHeader | WithdrawalHeader | RetractionHeader>(body);
  if ('withdrawn' in header) return header;
  if ('retracted' in header) return { withdrawn: { request_id: header.retracted.request_id, round: 0 } };
  return { copy: { header, text } };
}

/**
 * A line of metadata, and a line with the event as its contract accepted it, before coercions: the reader validates it
 * again. `text` is JSON in one line.
 */
export const encodeCopy = <H extends object = CopyHeader>(header: H, text: string): Buffer =>
  Buffer.from(`${JSON.stringify(header)}\n${text}`);

export function decodeCopy<H extends object = CopyHeader>(body: Uint8Array): { header: H; text: string } {
  const all = Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString();
  const end = all.indexOf('\n');
  return { header: JSON.parse(all.slice(0, end)) as H, text: all.slice(end + 1) };
}

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
