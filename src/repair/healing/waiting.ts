import { randomUUID } from 'node:crypto';
import type { StateStore } from '../../engine/engine.ts';
import type { JsonObject } from '../../model/json.ts';
import type { StoredRule } from '../../model/rule.ts';
import { tryPlan } from '../plans/trial.ts';
import { listAll } from '../rules/state-pages.ts';
import type { Failure } from './healer.ts';

/** An event that waits for a person's word on a rule, and what the rule would make of it. */
export type WaitingSample = { request_id: string; before: JsonObject; after: JsonObject };

export interface Waiting {
  /** Events that wait; at least so many when there are very many. */
  count: number;
  /** A few of them, as they came and as they would be loaded. */
  samples: WaitingSample[];
}

/** Notes what waits for which candidate, so that the reviewer sees real events before they are repaired. */
export interface WaitingNotes {
  saw(rule: StoredRule, failure: Failure, requestId: string): void;
  /** Resolves when all that was noted is in the state. */
  flush(): Promise<void>;
}

const prefixOf = (ruleId: string): string => `rule-waiting/${ruleId}/`;
const maxRules = 200;
const maxEvents = 10_000;
const maxSamples = 3;
const maxSampleLength = 32_000;
/** A waiting event asks again at least every 15 seconds; one that has not for so long waits no more. */
const forgetMs = 45_000;
const flushMs = 1000;

interface Note {
  /** When each event asked last. */
  asked: Map<string, number>;
  samples: WaitingSample[];
}

export function createWaitingNotes(deps: {
  state: StateStore;
  onFailure: (error: unknown) => void;
  now: () => number;
}): WaitingNotes {
  const { state, onFailure, now } = deps;
  /** Several workers note what each of them sees. */
  const worker = randomUUID();
  const notes = new Map<string, Note>();
  const changed = new Set<string>();
  let timer: NodeJS.Timeout | undefined;

  async function flush(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    for (const ruleId of Array.from(changed)) {
      changed.delete(ruleId);
      const { asked, samples } = notes.get(ruleId)!;
      for (const [id, at] of asked) if (now() - at > forgetMs) asked.delete(id);
      const waiting = {
        count: asked.size,
        samples: samples.filter((sample) => asked.has(sample.request_id)),
      };
      await state.put(prefixOf(ruleId) + worker, waiting, { ttlMs: forgetMs });
    }
  }

  return {
    saw(rule, failure, requestId) {
      const note = notes.get(rule.id) ?? { asked: new Map<string, number>(), samples: [] };
      if (!notes.has(rule.id) && notes.size >= maxRules) notes.delete(notes.keys().next().value!);
      notes.set(rule.id, note);
      if (note.asked.size < maxEvents || note.asked.has(requestId)) note.asked.set(requestId, now());
      note.samples = note.samples.filter((sample) => note.asked.has(sample.request_id));
      const isKnown = note.samples.some((sample) => sample.request_id === requestId);
      if (note.samples.length < maxSamples && !isKnown) {
        const sample = sampleOf(rule, failure, requestId);
        if (sample !== undefined) note.samples.push(sample);
      }
      changed.add(rule.id);
      timer ??= setTimeout(() => void flush().catch(onFailure), flushMs).unref();
    },
    flush,
  };
}

function sampleOf(rule: StoredRule, failure: Failure, requestId: string): WaitingSample | undefined {
  const tried = tryPlan(failure, rule.plan);
  if (!tried.ok || JSON.stringify(failure.event).length > maxSampleLength) return undefined;
  return { request_id: requestId, before: failure.event, after: tried.value.event };
}

/** What waits for a rule, as all workers have seen it in the last minute. */
export async function waitingFor(state: StateStore, ruleId: string): Promise<Waiting> {
  const seen = await listAll<Waiting & JsonObject>(state, prefixOf(ruleId));
  return {
    count: seen.reduce((sum, { value }) => sum + value.count, 0),
    samples: seen.flatMap(({ value }) => value.samples).slice(0, maxSamples),
  };
}
