export interface CheckResult {
  check: string;
  status: 'ok' | 'warn' | 'fail';
  found: string;
  /** What to do, when it is not ok. */
  fix?: string;
}

export type Finding = Omit<CheckResult, 'check'>;
