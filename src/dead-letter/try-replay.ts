import { type DeadLetter, isFollowUp } from '../model/dead-letter.ts';
import type { JobFilter } from '../model/job.ts';
import type { DeadLetterCounts } from './counts.ts';
import { pagesOf } from './pages.ts';
import type { DeadLetterStore } from './store.ts';
import type { TrialVerdict } from './trial.ts';

/** Says what would become of letters that are sent back together. */
export interface Trial {
  trial(letters: DeadLetter[], options: { healers: boolean }): Promise<TrialVerdict[]>;
}

/** As many as a job sends back at once: the healers compare the events that come together. */
const together = 100;

/** Of very many letters the first ones are tried, so that the answer comes at once. */
const mostTried = 5_000;
const triedForMs = 5_000;

/** What would become of the matching letters if they were replayed now; nothing is changed or counted. */
export async function tryReplay(
  deps: {
    letters: Pick<DeadLetterStore, 'list'>;
    deadLetters: Pick<DeadLetterCounts, 'countOpen'>;
    pipeline: Trial;
  },
  filter: JobFilter,
) {
  const counts = { valid: 0, repaired: 0, healed: 0, waits: 0, invalid: 0 };
  const samples: { id: string; verdict: string }[] = [];
  const known = deps.deadLetters.countOpen(filter);
  const until = Date.now() + triedForMs;
  let [matched, tried, followUps] = [0, 0, 0];
  for await (const page of pagesOf(deps.letters, { ...filter, status: 'open' }, together)) {
    matched += page.length;
    if (tried >= mostTried || Date.now() > until) {
      if (known !== undefined) break;
      continue;
    }
    tried += page.length;
    const events = page.filter((letter) => !isFollowUp(letter));
    followUps += page.length - events.length;
    const verdicts = await deps.pipeline.trial(events, { healers: true });
    for (const [index, verdict] of verdicts.entries()) {
      counts[verdict]++;
      if (samples.length < 10) samples.push({ id: events[index]!.id, verdict });
    }
  }
  return {
    dry_run: true as const,
    // The counts follow the letters by a moment.
    matched: tried === matched ? matched : Math.max(matched, known ?? 0),
    tried,
    would_load: counts.valid + counts.repaired + counts.healed,
    would_wait: counts.waits,
    would_fail: counts.invalid,
    follow_ups: followUps,
    valid: counts.valid,
    repaired: counts.repaired,
    healed: counts.healed,
    samples,
  };
}
