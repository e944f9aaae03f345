import type { Logger } from '../../support/log.ts';
import type { Alert, AlertKind, Condition } from './alert.ts';
import type { Conditions } from './conditions.ts';

/** What costs more to look at, and is no matter of seconds. */
const slowKinds: readonly AlertKind[] = [
  'dead_letter_rate',
  'drift',
  'source_silent',
  'rule_disabled',
  'rule_wrong_doubt',
];
const slowLooks = 10;

/** Looks at what is the matter, time and again; at some kinds each tenth time only. */
export class Looks {
  readonly #conditions: Conditions;
  readonly #log: Logger;
  readonly #slow = new Map<AlertKind, Condition[]>();
  /** Kinds that could not be looked at the last time. */
  readonly #unknown = new Set<AlertKind>();
  #looks = 0;

  constructor(conditions: Conditions, log: Logger) {
    this.#conditions = conditions;
    this.#log = log;
  }

  get isFirst(): boolean {
    return this.#looks === 0;
  }

  next(): void {
    this.#looks++;
  }

  /** Undefined while it can't be known: nothing begins or ends then. */
  async at(kind: AlertKind, known: ReadonlyMap<string, Alert>): Promise<Condition[] | undefined> {
    const isSlow = slowKinds.includes(kind);
    if (isSlow && this.#looks % slowLooks !== 0) return this.#slow.get(kind);
    try {
      const found = await this.#conditions[kind](known);
      this.#unknown.delete(kind);
      if (isSlow) this.#slow.set(kind, found);
      return found;
    } catch (err) {
      if (!this.#unknown.has(kind))
        this.#log.warn({ err, code: 'alert_unknown', kind }, `whether there is a ${kind} can't be told now`);
      this.#unknown.add(kind);
      return undefined;
    }
  }
}
