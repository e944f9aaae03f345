/** Where the events are, by their request ids. An event whose acceptance nobody heard of is counted, but not in `accepted`. */
export interface Balance {
  accepted: number;
  rows: number;
  duplicates: number;
  open: number;
  replaying: number;
  discarded: number;
  /** Accepted, and nowhere. */
  lost: string[];
  /** In two places. */
  twice: string[];
}

export const isWhole = ({ lost, twice, replaying }: Balance): boolean =>
  lost.length === 0 && twice.length === 0 && replaying === 0;
