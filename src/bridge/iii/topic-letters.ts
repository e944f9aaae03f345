import type { DeadLetterStore } from '../../dead-letter/store.ts';
import type { Engine } from '../../engine/engine.ts';
import type { DeadLetter } from '../../model/dead-letter.ts';
import { topics } from '../../model/event.ts';
import { functionQueueOf, isFunctionQueue } from './subscribers.ts';

export type TopicLetter = Pick<DeadLetter, 'id' | 'raw' | 'reason' | 'created_at' | 'replays'>;

/** The console asks every few seconds: it sees so many at most. */
const maxLetters = 5000;

/** Open dead letters by topic: those of a step at each topic that it reads, those of events at `raw_event`. */
export async function lettersByTopic(
  engine: Pick<Engine, 'stats'>,
  letters: Pick<DeadLetterStore, 'list'>,
): Promise<Map<string, TopicLetter[]>> {
  const topicsOfStep = new Map<string, string[]>();
  for (const { topic, groups } of await engine.stats()) {
    if (topic.startsWith('step_replay.')) continue;
    const name = isFunctionQueue(topic) ? topic.slice(functionQueueOf('').length) : topic;
    for (const { group } of groups) topicsOfStep.set(group, [...(topicsOfStep.get(group) ?? []), name]);
  }
  const found = new Map<string, TopicLetter[]>();
  let cursor: string | undefined;
  let seen = 0;
  do {
    const page = await letters.list({ status: 'open' }, { limit: 500, cursor });
    for (const letter of page.items) {
      if (letter.destination !== undefined) continue;
      const names = letter.step === undefined ? [topics.raw] : (topicsOfStep.get(letter.step) ?? []);
      for (const name of names) found.set(name, [...(found.get(name) ?? []), letter]);
    }
    seen += page.items.length;
    cursor = page.next;
  } while (cursor !== undefined && seen < maxLetters);
  return found;
}
