/** What people are told of at once. */
export const alertKinds = [
  'new_failure',
  'dead_letter_rate',
  'drift',
  'destination_down',
  'queue_stuck',
  'rule_disabled',
  'rule_wrong_doubt',
  'source_silent',
] as const;
export type AlertKind = (typeof alertKinds)[number];

/** Something is the matter now. Names fields and codes, never the values of an event. */
export interface Condition {
  /** What makes it one matter: the same as long as it lasts. */
  key: string;
  kind: AlertKind;
  title: string;
  detail: string;
  /** Of the console's page where it is mended. */
  page: string;
  /** When it began, where that is known: milliseconds since 1970. */
  first?: number;
  /** Says it in more detail; asked only when people are told. */
  describe?: () => Promise<Partial<Pick<Condition, 'title' | 'detail'>>>;
}

/** A condition that people were told about. Times are ISO 8601. */
export interface Alert extends Omit<Condition, 'first' | 'describe'> {
  id: string;
  since: string;
  /** What it is about now, where that has changed since people were told. */
  latest?: Pick<Condition, 'title' | 'detail'>;
  /** It was there before anybody could be told: no message at its end either. */
  isSilent?: boolean;
  /** There were no receivers when it began: none is told of its end either. */
  isUntold?: boolean;
}

/** What a receiver gets. */
export interface AlertMessage {
  /** The same for each try, so that a receiver can tell a second one. */
  id: string;
  type: 'alert.opened' | 'alert.resolved' | 'alert.test';
  at: string;
  kind: AlertKind | 'test';
  title: string;
  detail: string;
  link?: string;
}

/** Where messages go. `url` is a secret. */
export interface AlertTarget {
  to: 'slack' | 'webhook' | 'email';
  /** Names it in logs and in the state: the variable that holds its URL. */
  name: string;
  url: string;
  on: readonly AlertKind[];
  /** Of Standard Webhooks, `whsec_…`. */
  secret?: string;
  from?: string;
  recipients?: readonly string[];
}

export interface AlertLimits {
  deadLetterPercent: number;
  queueStuckMinutes: number;
  silentMinutes: number;
}
