import type { Engine } from '../engine/engine.ts';
import { type DeadLetter, isFollowUp } from '../model/dead-letter.ts';
import { pagesOf } from './pages.ts';
import { replay } from './replay.ts';
import type { DeadLetterStore } from './store.ts';
import type { Trial } from './try-replay.ts';

export interface ReplayDeps {
  engine: Engine;
  letters: DeadLetterStore;
  pipeline: Trial;
}

/** Sent at once: their writes share a commit. */
const atOnce = 100;

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
    const verdicts = await deps.pipeline.trial(others, { healers: false });
    const repaired = others.filter((_, index) => verdicts[index] !== 'invalid');
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
