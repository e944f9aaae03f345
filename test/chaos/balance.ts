/** What a client noted of an event that was accepted. */
export interface Ledger {
  id: string;
  kind: string;
  amount?: number;
  /** How it may end, where not every way is right. */
  ends?: readonly string[];
}

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
  /** A row with another value than was sent, or an end that this kind of event may not have. */
  wrong: string[];
  /** A letter whose reason names nothing that a person could act on. */
  unexplained: string[];
}

/** What a balance shows that may not be. */
export const faultsOf = ({ lost, twice, wrong, unexplained, replaying }: Balance): string[] => [
  ...lost.map((id) => `lost: ${id}`),
  ...twice.map((line) => `twice: ${line}`),
  ...wrong.map((line) => `wrong: ${line}`),
  ...unexplained.map((line) => `unexplained: ${line}`),
  ...(replaying === 0 ? [] : [`${replaying} letters are being replayed without end`]),
];
