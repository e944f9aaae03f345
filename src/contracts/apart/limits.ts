import type { Unanswered } from './work.ts';

/** What an answer may take before its code is interrupted, milliseconds: some microseconds mostly, but a busy machine takes its time. */
const mostTogetherMs = 250;
/** After that its thread is ended. */
const mostAliveMs = 2000;
/** The first answer, for which a schema is compiled. One of so many characters takes as long again. */
const mostAtFirstMs = 5000;
const compiledMeanwhile = 100_000;

/** With the first question of a contract, its schema is compiled. */
export const withLimits = (asked: readonly Unanswered[], used: ReadonlySet<string>) =>
  asked.map(({ label, question }) => ({
    question,
    limitMs: mostTogetherMs,
    mostMs: used.has(label) ? mostAliveMs : mostAtFirstMs * (1 + question.schemaLength / compiledMeanwhile),
  }));
