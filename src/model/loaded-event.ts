import type { HealerName } from './event.ts';

/** An event as the destination has it. */
export interface LoadedEvent {
  status: 'loaded' | 'repaired' | 'duplicate';
  table: string;
  contract: string;
  version: string;
  source: string;
  repair?: RepairTrail;
  /** Of a duplicate. */
  repeat?: RepeatTrail;
}

/** How an event stands to the one that has the row of its key. */
export interface RepeatTrail {
  /** Request id of that event; undefined when nothing knows it. */
  of: string | undefined;
  /** It says something else; undefined for events of before this was recorded. */
  isChanged: boolean | undefined;
  /** It had the row until then. */
  wasReplaced: boolean;
  /** What a changed one says, by column, as JSON text. */
  event: string | undefined;
}

/** How a repaired event came to be; kept with the row in `_sentinel_repairs`. */
export interface RepairTrail {
  healer: HealerName;
  ruleId: string | undefined;
  /** The event as it was received, JSON text; empty once it has aged out, as is `result`. */
  original: string;
  /** The plan, JSON text. */
  plan: string;
  /** What the plan made of the event, before the contract's coercions, JSON text. */
  readonly result: string;
  /** A JSON merge patch (RFC 7396) that makes `result` of `original`, where there is one: the shorter thing to keep. */
  patch?: string | undefined;
  /** Pointers of values that a person entered by hand. */
  byHand?: readonly string[];
}
