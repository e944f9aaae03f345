import { limitLog } from '../../support/log-limit.ts';
import type { Logger } from '../../support/log.ts';
import { brokenBy } from '../fence.ts';
import { type Killer, killersIn, prove } from './deaths.ts';
import type { Answer } from './question.ts';
import type { Asked } from './thread.ts';

const firstQuietMs = 60_000;
const longestQuietMs = 3_600_000;
const leastPatienceMs = 50;

interface Suspect {
  until: number;
  isKiller?: boolean;
  quietMs: number;
  patienceMs: number;
}

/**
 * The contracts whose code has not ended lately. One is trusted again after a minute without a hang; the time doubles each
 * time that this was a mistake.
 */
export class Suspects {
  readonly #suspects = new Map<string, Suspect>();
  readonly #firstPatienceMs: number;
  /** Undefined where nothing can be noted. */
  readonly marks: string | undefined;
  /** Told of a contract whose code has ended two processes. */
  onConvict: ((killer: Killer) => void) | undefined;
  readonly #lines;

  /** `marks`: the folder where it is noted which contract's code runs; what it holds is what the last process has ended in. */
  constructor({ stallMs, marks, log }: { stallMs: number; marks?: string | undefined; log: Logger }) {
    this.#firstPatienceMs = Math.ceil(stallMs / 5);
    this.#lines = limitLog(log);
    const killers = marks === undefined ? undefined : killersIn(marks);
    this.marks = killers === undefined ? undefined : marks;
    for (const killer of killers ?? [])
      this.#addKiller(killer, `the service ended while the code of ${killer.label} ran`);
  }

  /** Those of whom this process itself knows. */
  killers(): Killer[] {
    return [...this.#suspects].flatMap(([label, { isKiller, until }]) =>
      isKiller === true ? [{ label, quietMs: until - performance.now() }] : [],
    );
  }

  has(label: string): boolean {
    const suspect = this.#suspects.get(label);
    return suspect !== undefined && performance.now() < suspect.until;
  }

  /** The process has ended while its code ran: it is not to run in this one. */
  isKiller(label: string): boolean {
    return this.has(label) && this.#suspects.get(label)!.isKiller === true;
  }

  /** Its code has ended another worker. */
  addFar(killer: Killer): void {
    const { label, quietMs } = killer;
    const known = this.isKiller(label) ? this.#suspects.get(label)!.until - performance.now() : 0;
    if (known < quietMs / 2) this.#addKiller(killer, `another worker ended while the code of ${label} ran`);
  }

  /** Its code has ended a process that ran nothing else. One that has ended no service is no danger to it. */
  convict(label: string): void {
    if (this.marks === undefined || !this.isKiller(label)) return;
    const killer = { label, quietMs: prove(this.marks, label) };
    if (this.#suspects.get(label)!.until > performance.now() + killer.quietMs / 2) return;
    this.#addKiller(killer, `the code of ${label} has ended the process that judges it, too`);
    this.onConvict?.(killer);
  }

  #addKiller({ label, quietMs }: Killer, what: string): void {
    this.#suspects.set(label, {
      until: performance.now() + quietMs,
      quietMs: firstQuietMs,
      patienceMs: this.patienceMs(label),
      isKiller: true,
    });
    this.#lines.write(
      'error',
      'contract_killed',
      { status: 'failed', code: 'contract_failed' },
      `${what}; its events are judged in a process of their own for ${Math.ceil(quietMs / 1000)} s`,
    );
  }

  /** Milliseconds that one call of its code may take: less each time that it did not end, so that many such events cost little. */
  patienceMs(label: string): number {
    return this.#suspects.get(label)?.patienceMs ?? this.#firstPatienceMs;
  }

  /** It was ended before it could say anything: it is a suspect, and its patience stays. */
  add(label: string): void {
    const before = this.#suspects.get(label);
    const quietMs =
      before === undefined
        ? firstQuietMs
        : this.has(label)
          ? before.quietMs
          : Math.min(2 * before.quietMs, longestQuietMs);
    const patienceMs = this.patienceMs(label);
    const { until = 0, isKiller } = before ?? {};
    this.#suspects.set(label, {
      until: Math.max(until, performance.now() + quietMs),
      quietMs,
      patienceMs,
      ...(isKiller && { isKiller }),
    });
    this.#lines.write(
      'warn',
      'contract_hung',
      { status: 'failed', code: 'contract_hung' },
      `the code of ${label} did not end; its events are judged aside, one by one, until it has ended for ${quietMs / 1000} s; the others go on`,
    );
  }

  /** From what it has said within its patience; undefined when it could not be interrupted. */
  learn(label: string, asked: Asked | undefined): void {
    if (asked !== undefined && !isHung(asked.answer)) return;
    this.add(label);
    const suspect = this.#suspects.get(label)!;
    suspect.patienceMs = Math.max(leastPatienceMs, Math.floor(suspect.patienceMs / 2));
  }
}

const isHung = (answer: Answer): boolean =>
  typeof answer === 'object' &&
  !Array.isArray(answer) &&
  !answer.ok &&
  brokenBy(answer.violations)?.code === 'contract_hung';
