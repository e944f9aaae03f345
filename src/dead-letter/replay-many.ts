import type { Engine } from '../engine/engine.ts';
import type { TrialVerdict } from '../validate/stage.ts';
import { type DeadLetter, isFollowUp } from '../model/dead-letter.ts';
import type { JobFilter } from '../model/job.ts';
import type { DeadLetterCounts } from './counts.ts';
import { pagesOf } from './pages.ts';
import { replay } from './replay.ts';
import type { DeadLetterStore } from './store.ts';

export interface ReplayDeps {
  engine: Engine;
  letters: DeadLetterStore;
  pipeline: {
    trial(events: { raw: string; source: string; receivedAt: number; id: string }[]): Promise<TrialVerdict[]>;
  };
}

/** Sent at once: their writes share a commit. */
const atOnce = 100;

/** Of very many letters the first ones are tried, so that the answer comes at once. */
const mostTried = 5_000;
const triedForMs = 5_000;

/** What would become of the matching letters if they were replayed now; nothing is changed or counted. */
export async function tryReplay(
  { letters, deadLetters, pipeline }: ReplayDeps & { deadLetters: Pick<DeadLetterCounts, 'countOpen'> },
  filter: JobFilter,
) {
  const counts = { valid: 0, repaired: 0, invalid: 0 };
  const samples: { id: string; verdict: string }[] = [];
  const known = deadLetters.countOpen(filter);
  const until = Date.now() + triedForMs;
  let matched = 0;
  let tried = 0;
  for await (const page of pagesOf(letters, { ...filter, status: 'open' })) {
    matched += page.length;
    if (tried >= mostTried || Date.now() > until) {
      if (known !== undefined) break;
      continue;
    }
    tried += page.length;
    const events = page.filter((letter) => !isFollowUp(letter));
    const verdicts = await pipeline.trial(events.map(asEvent));
    for (const [index, { kind }] of verdicts.entries()) {
      counts[kind]++;
      if (samples.length < 10) samples.push({ id: events[index]!.id, verdict: kind });
    }
  }
  return {
    dry_run: true,
    // The counts follow the letters by a moment.
    matched: tried === matched ? matched : Math.max(matched, known ?? 0),
    tried,
    would_load: counts.valid + counts.repaired,
    would_fail: counts.invalid,
    ...counts,
    samples,
  };
}

/**
 * Sends back those of a letter's group that would load now, since a rule was learned from it. The others stay as they
 * are: sent back, they would only ask the healers again.
 */
export async function replayGroup(deps: ReplayDeps, letter: DeadLetter) {
  const { contract, source, signature } = letter;
  let replaying = 0;
  let left = 0;
  for await (const page of pagesOf(deps.letters, { contract, source, signature, status: 'open' })) {
    const others = page.filter((other) => other.id !== letter.id && !isFollowUp(other));
    const verdicts = await deps.pipeline.trial(others.map(asEvent));
    const repaired = others.filter((_, index) => verdicts[index]!.kind !== 'invalid');
    replaying += await sendBack(deps, repaired);
    left += others.length - repaired.length;
  }
  return { replaying, left };
}

/** How many were open still, and are on their way. */
async function sendBack(deps: ReplayDeps, letters: readonly DeadLetter[]): Promise<number> {
  let sent = 0;
  for (let from = 0; from < letters.length; from += atOnce) {
    const results = await Promise.all(letters.slice(from, from + atOnce).map(({ id }) => replay(deps, id)));
    sent += results.filter(({ ok }) => ok).length;
  }
  return sent;
}

const asEvent = ({ raw, source, received_at, request_id }: DeadLetter) => ({
  raw,
  source,
  receivedAt: received_at,
  id: request_id,
});
