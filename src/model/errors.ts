/**
 * Every way in which the service itself can fail. Bad data is never one of these: it travels as a result
 * (see result.ts). `retryable` says whether the same call can succeed later without anybody's help.
 */
export const errorCodes = {
  config_invalid: { retryable: false },
  contract_invalid: { retryable: false },
  step_invalid: { retryable: false },
  engine_unavailable: { retryable: true },
  engine_full: { retryable: true },
  engine_closed: { retryable: false },
  data_folder_in_use: { retryable: false },
  store_damaged: { retryable: false },
  destination_unavailable: { retryable: true },
  destination_schema_conflict: { retryable: false },
  query_refused: { retryable: false },
  query_failed: { retryable: false },
  query_busy: { retryable: true },
  llm_unavailable: { retryable: true },
  certificate_unavailable: { retryable: true },
  llm_budget_exhausted: { retryable: true },
  step_failed: { retryable: true },
  pipeline_stopped: { retryable: true },
  pipeline_busy: { retryable: true },
  no_worker: { retryable: true },
  event_refused: { retryable: false },
  not_found: { retryable: false },
  conflict: { retryable: false },
  alert_not_sent: { retryable: true },
  too_many_jobs: { retryable: true },
} as const;

export type ErrorCode = keyof typeof errorCodes;

export class SentinelError extends Error {
  override readonly name = 'SentinelError';
  readonly code: ErrorCode;
  readonly retryable: boolean;

  constructor(code: ErrorCode, message: string, options?: { cause?: unknown; retryable?: boolean }) {
    super(message, options?.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.retryable = options?.retryable ?? errorCodes[code].retryable;
  }
}

/** The one line of an unknown thrown value that a log or an operator needs. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

export function isRetryable(error: unknown): boolean {
  return error instanceof SentinelError && error.retryable;
}

/** An error that ended another thread, whose copy has all its fields but not its class. */
export function fromThread(error: Error): Error {
  if (error.name === 'SentinelError') Object.setPrototypeOf(error, SentinelError.prototype);
  if (error.cause instanceof Error) fromThread(error.cause);
  return error;
}
