import { setTimeout as sleep } from 'node:timers/promises';
import { get, transaction } from '../../helpers/sentinel.ts';
import { poisons } from '../poison/contracts.ts';
import { type Random, oneOf } from '../random.ts';

/** What senders do now; a soak switches it. */
export interface Mood {
  drift: boolean;
  poison: boolean;
}

export interface LoadCounts {
  accepted: number;
  refused: number;
}

/** Milliseconds of what was measured since the last look. */
export interface Latencies {
  accepted: number[];
  queryable: number[];
}

const tickMs = 100;
const mostInFlight = 4;
const giveUpMs = 30_000;
const drifts = 40;

/**
 * A steady number of events a second, in NDJSON bodies, whatever the answers; `probes` a second are followed until they are
 * rows. Names that senders change get other spellings each minute, so that rules come and go.
 */
export function startLoad(url: string, rate: number, mood: Mood, random: Random, probes = 1) {
  const stopping = new AbortController();
  const { signal } = stopping;
  const counts: LoadCounts = { accepted: 0, refused: 0 };
  let latencies: Latencies = { accepted: [], queryable: [] };
  let inFlight = 0;

  async function post(body: string, count: number): Promise<string[]> {
    const from = performance.now();
    const response = await fetch(`${url}/ingest`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-ndjson' },
      body,
      signal: AbortSignal.timeout(giveUpMs),
    });
    const answer = (await response.json()) as { request_ids?: string[] };
    if (answer.request_ids === undefined) throw new Error('refused');
    latencies.accepted.push(performance.now() - from);
    counts.accepted += count;
    return answer.request_ids;
  }

  async function send(): Promise<void> {
    let owed = 0;
    let before = performance.now();
    const running = new Set<Promise<unknown>>();
    while (!signal.aborted) {
      await sleep(tickMs);
      const now = performance.now();
      owed = Math.min(rate, owed + ((now - before) * rate) / 1000);
      before = now;
      const count = Math.floor(owed);
      if (inFlight >= mostInFlight || count === 0) continue;
      owed -= count;
      inFlight++;
      const lines = Array.from({ length: count }, () => JSON.stringify(eventOf(random, mood)));
      const sent = post(lines.join('\n'), count)
        .catch(() => (counts.refused += count))
        .finally(() => {
          inFlight--;
          running.delete(sent);
        });
      running.add(sent);
    }
    await Promise.all(running);
  }

  async function probe(number: number): Promise<void> {
    await sleep((1000 * number) / probes);
    while (!signal.aborted) {
      const from = performance.now();
      await follow(from).catch(() => counts.refused++);
      await sleep(Math.max(0, 1000 - (performance.now() - from)));
    }
  }

  async function follow(from: number): Promise<void> {
    const [id] = await post(JSON.stringify(transaction({ source: 'probe' })), 1);
    if (id === undefined) return;
    while (performance.now() - from < giveUpMs && !signal.aborted) {
      const { status } = await get<{ status: string }>(`${url}/api/v1/events/${id}`);
      if (status === 'loaded') return void latencies.queryable.push(performance.now() - from);
      await sleep(10);
    }
    latencies.queryable.push(performance.now() - from);
  }

  const working = [send(), ...Array.from({ length: probes }, (_, number) => probe(number))];
  const takeLatencies = (): Latencies => {
    const taken = latencies;
    latencies = { accepted: [], queryable: [] };
    return taken;
  };
  const stop = async () => {
    stopping.abort();
    await Promise.all(working);
  };
  return { counts, takeLatencies, stop };
}

function eventOf(random: Random, { drift, poison }: Mood): Record<string, unknown> {
  const dice = random();
  const event = transaction();
  if (dice < 0.002) return { ...event, amount: 'a lot' };
  if (poison && dice < 0.004) return oneOf(random, quickPoisons).event(crypto.randomUUID());
  if (poison && dice < 0.0041) return oneOf(random, slowPoisons).event(crypto.randomUUID());
  // Each second, in the mean, a name that nobody has sent before.
  if (drift && dice < 0.005) return { ...event, amount: undefined, [`x_${crypto.randomUUID()}`]: 1 };
  if (!drift || dice > 0.1) return event;
  const { email, ...rest } = event;
  const round = Math.floor(performance.now() / 60_000) % drifts;
  return { ...rest, [round % 2 === 0 ? 'userEmail' : 'e_mail']: email, source: `drift-${round}` };
}

const slowPoisons = poisons.filter(({ isSlow }) => isSlow);
const quickPoisons = poisons.filter(({ isSlow }) => !isSlow);
