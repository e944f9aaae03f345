/** An event as the destination has it. */
export interface LoadedEvent {
  status: 'loaded' | 'repaired' | 'duplicate';
  table: string;
  contract: string;
  version: string;
  source: string;
  repair?: RepairTrail;
}

/** How a repaired event came to be; kept with the row in `_sentinel_repairs`. */
export interface RepairTrail {
  healer: 'rule' | 'heuristics' | 'llm' | 'person';
  ruleId: string | undefined;
  /** The event as it was received, JSON text. */
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
