import type { DeadLetterGroup, DeadLetterStatus } from '../model/dead-letter.ts';
import { SentinelError } from '../model/errors.ts';
import type { GroupTally } from './group-tally.ts';

export interface LetterPlace {
  id: string;
  receivedAt: number;
}

export interface Group {
  key: string;
  status: DeadLetterStatus;
  contract: string;
  source: string;
  signature: string;
  tally: GroupTally;
}

export function newestFirst(a: LetterPlace, b: LetterPlace): number {
  if (a.receivedAt !== b.receivedAt) return b.receivedAt - a.receivedAt;
  return a.id === b.id ? 0 : a.id < b.id ? 1 : -1;
}

type Place = Pick<Group, 'key'> & { tally: { size: number } };

/** Largest first; those of the same size by their keys, so that pages do not overlap. */
export function bySize(a: Place, b: Place): number {
  return b.tally.size - a.tally.size || (a.key < b.key ? -1 : a.key > b.key ? 1 : 0);
}

export const cursorOf = ({ tally, key }: Group): string =>
  Buffer.from(`${tally.size} ${key}`).toString('base64url');

/** Whoever goes on with a cursor that was cut would believe that the list ends here. */
export const badCursor = (): SentinelError =>
  new SentinelError('query_refused', 'cursor: send the `next` of the page before, as it came');

export function placeOf(cursor: string): Place {
  const [, size, key] = /^(\d{1,15}) ([\s\S]+)$/.exec(Buffer.from(cursor, 'base64url').toString()) ?? [];
  if (key === undefined) throw badCursor();
  return { key, tally: { size: Number(size) } };
}

export interface GroupFilter {
  contract?: string;
  source?: string;
  signature?: string;
}

/** Times in milliseconds since 1970. */
export interface NewestFilter extends GroupFilter {
  statuses: readonly DeadLetterStatus[];
  from?: number;
  to?: number;
  /** Only what comes after this place in the order newest first. */
  before?: LetterPlace;
  /** Only letters that may hold this value of an id (see `idHash`). */
  idHash?: string;
  /** Only letters that may have this code: of those of versions before, only the letter itself tells. */
  code?: string;
}

export interface GroupPage {
  items: DeadLetterGroup[];
  next: string | undefined;
  /** Groups that match, and the letters in them. */
  total: number;
  letters: number;
}
