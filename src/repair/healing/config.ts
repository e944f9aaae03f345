/** How failed events are healed; the `healing_agent` section of the config, in the units named here. */
export interface HealingConfig {
  /** Absent: no LLM, heuristics only. */
  openai?: { apiKey: string; baseUrl?: string; model: string };
  temperature: number;
  /** Answers asked of the model for one error signature, the first included. */
  maxAttempts: number;
  /** Limit of one request to the model. */
  timeoutMs: number;
  maxCallsPerHour: number;
  maxTokensPerHour: number;
  /** True sends the event's values to the model; false sends only their shape. */
  shareValues: boolean;
  /** A plan that no name speaks for is put to the model a second time, as questions; what it does not confirm waits. */
  secondLook: boolean;
  /** `review`: a learned rule waits for a person, and its events wait with it. */
  approval: 'auto' | 'review';
  ruleTtlDays: number;
  /** Fields a repair may write: top-level names or JSON Pointers. Absent: any declared field. */
  targetFields?: string[];
  onLlmUnavailable: 'wait' | 'dead_letter';
  /** How long an event waits for an unavailable model before it becomes a dead letter. */
  maxWaitMinutes: number;
  /** How long a model's server that keeps failing is left alone, before one request probes it. */
  breakerPauseMs: number;
  /** Smallest confidence, 0 to 1, at which the heuristics propose a plan. */
  heuristicsThreshold: number;
  /** How long a refused error signature is not sent to the model again. */
  negativeCacheMinutes: number;
}
