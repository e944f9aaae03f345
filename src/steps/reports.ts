/** Who is told what the steps do. */
export interface StepReports {
  /** Events, or calls. */
  handled(step: string, events: number): void;
  /** A try that failed. */
  failed(step: string, error: unknown): void;
}
