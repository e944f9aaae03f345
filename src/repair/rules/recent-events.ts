import { parseJson } from '../../model/exact-json.ts';
import type { Contract } from '../../contracts/contract.ts';
import type { JsonObject } from '../../model/json.ts';

/**
 * A sample of the valid events that each sender sent last, against which new rules are tried (contradiction.ts). In
 * memory only: after a start it fills as events come.
 */
export interface RecentEvents {
  /** The hot path: to be called with every valid event; keeps few, as text, so that nothing is shared. */
  see(contract: Contract, source: string, event: JsonObject): void;
  /** The events of one sender that are kept. */
  of(contract: Contract, source: string): JsonObject[];
}

/** Events kept of each sender. */
const eventsPerSender = 64;
/** Senders (contract, version and source); the one that was heard of first makes room. */
const maxSenders = 256;
/** Characters of one event, and of all. */
const maxEventSize = 16_384;
const maxTotalSize = 16 * 1024 * 1024;
/** Of a sender that has filled its place, every so many events one may be kept, and at most one in so long a time. */
const eventsBetween = 16;
const msBetween = 1000;

interface Sample {
  contract: Contract;
  source: string;
  texts: string[];
  /** Where the next text goes when the sample is full. */
  next: number;
  size: number;
  /** Events to pass over. */
  pass: number;
  lastAt: number;
}

export function recentEvents(now: () => number = Date.now): RecentEvents {
  const samples = new Map<Contract, Map<string, Sample>>();
  /** In the order in which they began. */
  const all = new Set<Sample>();
  let total = 0;
  // Events of one sender mostly come together: two comparisons instead of two look-ups.
  let last: Sample | undefined;

  function sampleOf(contract: Contract, source: string): Sample {
    const known = samples.get(contract)?.get(source);
    if (known !== undefined) return known;
    const sample = { contract, source, texts: [], next: 0, size: 0, pass: 0, lastAt: 0 };
    const bySource = samples.get(contract) ?? new Map<string, Sample>();
    samples.set(contract, bySource.set(source, sample));
    all.add(sample);
    if (all.size > maxSenders) forgetOldest();
    return sample;
  }

  function forgetOldest(): void {
    const [oldest] = all;
    if (oldest === undefined) return;
    all.delete(oldest);
    samples.get(oldest.contract)?.delete(oldest.source);
    total -= oldest.size;
    // It may be the one that is looked at just now: its texts must not count any more.
    if (last === oldest) last = undefined;
  }

  function keep(sample: Sample, event: JsonObject): void {
    const text = JSON.stringify(event);
    if (text.length > maxEventSize) return;
    const replaced = sample.texts[sample.next]?.length ?? 0;
    sample.texts[sample.next] = text;
    sample.next = (sample.next + 1) % eventsPerSender;
    sample.size += text.length - replaced;
    total += text.length - replaced;
    while (total > maxTotalSize && all.size > 1) forgetOldest();
  }

  return {
    see(contract, source, event) {
      if (last?.contract !== contract || last.source !== source) last = sampleOf(contract, source);
      const sample = last;
      if (sample.pass > 0) {
        sample.pass--;
        return;
      }
      if (sample.texts.length === eventsPerSender) {
        sample.pass = eventsBetween;
        const at = now();
        if (at - sample.lastAt < msBetween) return;
        sample.lastAt = at;
      }
      keep(sample, event);
    },
    of: (contract, source) =>
      (samples.get(contract)?.get(source)?.texts ?? []).map((text) => parseJson(text) as JsonObject),
  };
}
