import { randomUUID } from 'node:crypto';
import type { StateStore } from '../../engine/engine.ts';
import type { Lease, Leases } from '../../engine/lease.ts';
import type { Logger } from '../../support/log.ts';
import { pause } from '../../support/retry.ts';
import { type Alert, type AlertTarget, type Condition, alertKinds } from './alert.ts';
import { type Watched, createConditions } from './conditions.ts';
import { Looks } from './looks.ts';
import { messagesOf } from './messages.ts';
import { type Tried, sendTest } from './test-message.ts';
import { sendPending } from './outbox.ts';
import { AlertStore, type Pending } from './store.ts';

export interface AlertParts extends Watched {
  targets: readonly AlertTarget[];
  state: StateStore;
  leases: Leases;
  /** When the service began to take events, in milliseconds; default: now. What came since is news. */
  startedAt?: number;
  /** Where people reach the console; without a slash at its end. */
  consoleUrl: string;
  log: Logger;
  /** Milliseconds between two looks, and for how long a condition must be gone to be over. */
  timing?: { lookMs: number; overAfterMs: number };
}

const leaseMs = 60_000;
/** Changes at a time that have a line of their own. */
const mostLogged = 20;
const usual = { lookMs: 2_000, overAfterMs: 10_000 };
/**
 * Tells people once what is wrong, and once more when it is over. What they were told stands in the state with the
 * messages that are still on their way, so a restart repeats none and loses none: at worst a message whose answer was lost is
 * sent again with the same id. In a cluster one process does it.
 */
export class Alerts {
  readonly #parts: AlertParts;
  readonly #looks: Looks;
  readonly #store: AlertStore;
  readonly #timing;
  readonly #startedAt: number;
  readonly #closing = new AbortController();
  readonly #goneSince = new Map<string, number>();
  /** The open ones, while this process has the lease. */
  #known: Map<string, Alert> | undefined;
  #running: Promise<void> | undefined;

  constructor(parts: AlertParts) {
    this.#parts = parts;
    this.#startedAt = parts.startedAt ?? Date.now();
    this.#looks = new Looks(createConditions(parts), parts.log);
    this.#store = new AlertStore(parts.state);
    this.#timing = parts.timing ?? usual;
  }

  /** Also where nobody is told: console and CLI show what is open, and the log has it. */
  start(): void {
    this.#running ??= this.#run();
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#running;
  }

  /** With the figures of now. */
  async open(): Promise<Alert[]> {
    const all = [...(await this.#store.open()).values()];
    return all.filter(({ isSilent }) => isSilent !== true).map((alert) => ({ ...alert, ...alert.latest }));
  }

  /** Sends each receiver a message, and says which of them took it. */
  test(): Promise<Tried[]> {
    return sendTest(this.#parts);
  }

  async #run(): Promise<void> {
    const { signal } = this.#closing;
    const { leases, log } = this.#parts;
    let lease: Lease | undefined;
    let failing = false;
    while (!signal.aborted) {
      try {
        if (lease === undefined || !(await lease.renew())) {
          this.#known = undefined;
          lease = await leases.take('alerts', leaseMs);
        }
        if (lease !== undefined) {
          await this.#look();
          await sendPending(this.#store, this.#parts);
        }
        failing = false;
      } catch (err) {
        if (!failing && !signal.aborted)
          log.warn({ err, code: 'alerts_wait' }, 'alerts cannot be looked after now');
        failing = true;
      }
      await pause(this.#timing.lookMs, signal);
    }
    await lease?.release().catch(() => undefined);
  }

  async #look(): Promise<void> {
    const { targets } = this.#parts;
    const known = (this.#known ??= await this.#store.open());
    const began = await this.#store.began(this.#startedAt);
    const isFirst = began === this.#startedAt;
    const opened: Alert[] = [];
    const over: Alert[] = [];
    const changed: Alert[] = [];
    for (const kind of alertKinds) {
      const current = await this.#looks.at(kind, known);
      if (current === undefined) continue;
      const keys = new Set(current.map(({ key }) => key));
      for (const condition of current) {
        this.#goneSince.delete(condition.key);
        const alert = known.get(condition.key);
        if (alert === undefined) opened.push(await this.#alertOf(condition, isFirst));
        else if (saysOtherwise(alert, condition)) changed.push({ ...alert, latest: wordsOf(condition) });
      }
      for (const alert of known.values())
        if (alert.kind === kind && !keys.has(alert.key) && this.#isOver(alert)) over.push(alert);
    }
    this.#looks.next();
    if (opened.length === 0 && over.length === 0 && changed.length === 0) return;
    const at = new Date().toISOString();
    const { consoleUrl, log } = this.#parts;
    const messages = targets.flatMap((target) =>
      messagesOf({ opened, over }, target, { consoleUrl, at }).map((message): Pending => ({
        message,
        target: target.name,
        attempts: 0,
        nextAt: 0,
      })),
    );
    await this.#store.change({ opened, over, changed }, messages);
    for (const alert of [...opened, ...changed]) known.set(alert.key, alert);
    for (const { key } of over) known.delete(key);
    const isNews = ({ isSilent }: Alert) => isSilent !== true;
    for (const { kind, title } of opened.filter(isNews).slice(0, mostLogged))
      log.warn({ code: 'alert_opened', kind }, title);
    for (const { kind, title } of over.filter(isNews).slice(0, mostLogged))
      log.info({ code: 'alert_resolved', kind }, `over: ${title}`);
  }

  /** What was there before anybody was to be told of it is no news. */
  async #alertOf(condition: Condition, isFirst: boolean): Promise<Alert> {
    const { first, describe, ...rest } = condition;
    const wasThere =
      first === undefined ? this.#looks.isFirst && rest.kind.startsWith('rule_') : first < this.#startedAt;
    const isOld = isFirst && wasThere;
    return {
      ...rest,
      ...(isOld ? undefined : await describe?.()),
      id: `alert_${randomUUID()}`,
      since: new Date().toISOString(),
      ...(isOld ? { isSilent: true } : undefined),
      ...(this.#parts.targets.length === 0 ? { isUntold: true } : undefined),
    };
  }

  #isOver({ key }: Alert): boolean {
    const now = Date.now();
    const since = this.#goneSince.get(key);
    if (since === undefined) this.#goneSince.set(key, now);
    if (now - (since ?? now) < this.#timing.overAfterMs) return false;
    this.#goneSince.delete(key);
    return true;
  }
}

const wordsOf = ({ title, detail }: Condition) => ({ title, detail });

/** One that was described in more detail when people were told keeps that. */
function saysOtherwise({ title, detail, latest = { title, detail } }: Alert, now: Condition): boolean {
  return now.describe === undefined && (latest.title !== now.title || latest.detail !== now.detail);
}
