/** One exchange with the model, for the audit log. Holds shapes only, unless values are shared with the model anyway. */
export interface LlmAuditEntry {
  /** ISO 8601 time. */
  at: string;
  contract: string;
  version: string;
  source: string;
  signature: string;
  /** 1 for the first question about this failure. */
  attempt: number;
  model: string;
  /** Messages of this request; a later attempt repeats the earlier ones. */
  messages: { role: string; content: string }[];
  /** The model's answer, or why there was none. */
  answer: string;
  outcome: 'plan' | 'plan_failed' | 'refused' | 'invalid' | 'rejected' | 'unavailable';
  tokens: number;
  durationMs: number;
}

export type Audit = (entry: LlmAuditEntry) => void;
