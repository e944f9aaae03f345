import type { HealerName } from '../../model/event.ts';

/** How the model stands, since the process started where nothing else is said. */
export interface LlmStatus {
  model: string;
  /** Where it is asked; absent for OpenAI itself. */
  base_url?: string;
  share_values: boolean;
  breaker: { state: 'closed' | 'half_open' | 'open'; last_failure?: string };
  /** Of the last hour. */
  budget: {
    calls: { used: number; limit: number; left: number };
    tokens: { used: number; limit: number; left: number };
  };
  totals: { calls: number; tokens: number; outcomes: Record<string, number> };
}

export interface HealingStatus {
  /** In the order in which they are asked. */
  healers: HealerName[];
  approval: 'auto' | 'review';
  /** Absent when none is configured. */
  llm?: LlmStatus & {
    /** Signatures that the model is being asked about. */
    calls_in_flight: number;
    /** Signatures whose events wait because it cannot be asked. */
    waiting: number;
  };
  /** Signatures that were refused lately and are not sent again (the negative cache). */
  refused_signatures: number;
}
