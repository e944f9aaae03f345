/** What a destination keeps of events beside their rows: originals and results of repairs, and what changed repeats said. */
export interface KeptOriginals {
  /**
   * Empties them where they were written in this time, at most `limit` at once; the record of who repaired what by which plan stays. Returns
   * how many were emptied. A row whose original is gone can't be taken back out (`Withdraw.byRule`).
   */
  forget(aged: AgedOriginals): Promise<number>;
  /** Gives back the space of what was deleted, where the store does not do so by itself. */
  reclaim?(): Promise<void>;
}

export interface AgedOriginals {
  /** Milliseconds since 1970: what was written before `from` is known to be empty. */
  from: number;
  before: number;
  limit: number;
}
