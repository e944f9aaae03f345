import { endsWithin } from '../../support/foreign-code.ts';
import type { Limited, Told } from '../../support/sync-call.ts';

/** A thread of a busy machine may be given no time; it is asked once more then. */
const mostRuns = 2;

/**
 * Answers questions in their order. One that takes longer than its limit is interrupted, so that its thread is not lost, and
 * others of its contract are skipped. One time limit is for as many answers as come within it, since each costs 50 µs.
 */
export function answerAll(
  questions: readonly Limited[],
  {
    at,
    tell,
    prepare,
    answer,
    labelOf,
  }: {
    at: (place: number) => void;
    tell: (place: number, told: Told) => void;
    /** Compiles its contract, which is not interrupted. */
    prepare: (question: unknown) => void;
    answer: (question: unknown) => unknown;
    labelOf: (question: unknown) => string;
  },
): void {
  const hung = new Set<string>();
  for (const [place, { question }] of questions.entries()) {
    at(place);
    prepare(question);
  }
  let place = 0;
  const goOn = (): void => {
    for (; place < questions.length; place++) {
      const { question } = questions[place]!;
      at(place);
      tell(place, hung.size > 0 && hung.has(labelOf(question)) ? 'skipped' : { answer: answer(question) });
    }
  };
  let [first, runs] = [-1, 0];
  while (place < questions.length) {
    // Only one that was the first of a run has had the whole time.
    runs = place === first ? runs + 1 : 1;
    first = place;
    const { question, limitMs } = questions[first]!;
    const used = process.cpuUsage();
    if (endsWithin(limitMs, goOn) || place !== first) continue;
    const { user, system } = process.cpuUsage(used);
    if (user + system < 500 * limitMs && runs < mostRuns) continue;
    hung.add(labelOf(question));
    tell(place++, 'hung');
  }
}
