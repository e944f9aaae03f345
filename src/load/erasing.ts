/**
 * Takes what was asked to be forgotten out of a destination: finds what may hold a text, and removes what the caller has judged
 * to be meant. A text is found however JSON spells it; what is found need not be meant.
 */
export interface Erasing {
  /** Tables that hold events, those of contracts that are gone included. */
  tables(): Promise<string[]>;
  /** Rows of a table that may hold the text in one of these columns, in the order of their request ids; columns that it lacks do not count. */
  rows(asked: MayHold & { table: string; columns: readonly string[] }): Promise<HeldTexts[]>;
  /** Repairs, and changed repeats, that may hold it, likewise. */
  originals(asked: MayHold & { of: 'repairs' | 'repeats' }): Promise<HeldTexts[]>;
  /**
   * In one transaction: rows go, with their repairs and with what repeats of them said; `emptied` lose what is kept of them beside
   * their rows; `barred` and the rows are kept out: no row and no
   * letter of any round is written of them any more, and a row of `barred` goes, whichever table it is in.
   */
  remove(what: Erased): Promise<void>;
}

export interface MayHold {
  text: string;
  /** Request id where the page before this one ended. */
  after?: string | undefined;
  limit: number;
}

/** By column; JSON columns as JSON text. Of originals, in any order. */
export interface HeldTexts {
  requestId: string;
  texts: Record<string, string | null>;
}

export interface Erased {
  rows: readonly { table: string; requestId: string }[];
  emptied: readonly string[];
  barred: readonly string[];
}

/** The round of the entry that keeps an erased event out for good. */
export const lastRound = 2 ** 31 - 1;

/** The spellings of a text that a search in raw text must look for: as it is, as JSON, and any text with escapes that could be it. */
export const spellingsOf = (text: string): string[] => [
  ...new Set([text, JSON.stringify(text).slice(1, -1), '\\u']),
];
