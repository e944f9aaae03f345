import { appendFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { transaction } from '../helpers/sentinel.ts';
import { type Random, oneOf } from './random.ts';

const senders = 4;
const pauseMs = 10;
const giveUpMs = 10_000;

export interface Traffic {
  accepted: number;
  refused: number;
  /** Drifted events come from another source from now on, for which there is no rule yet. */
  driftAnew(): void;
  /** Resolves when the last request is answered. */
  stop(): Promise<void>;
}

/**
 * Sends clean, drifted, hopeless and repeated events, as clients do that want none lost: again until it is accepted. What is
 * accepted goes to the ledger, a request id a line.
 */
export function startTraffic(urls: () => string[], ledger: string, random: Random): Traffic {
  const stopping = new AbortController();
  const recent: Record<string, unknown>[] = [];
  let drift = 1;

  function next(): Record<string, unknown> {
    const dice = random();
    if (dice < 0.1 && recent.length > 0) return oneOf(random, recent);
    if (dice < 0.2) return transaction({ amount: 'a lot' });
    const event = transaction();
    if (dice < 0.4) {
      const { email, ...rest } = event;
      return { ...rest, userEmail: email, source: `drift-${drift}` };
    }
    recent[Math.floor(random() * 50)] = event;
    return event;
  }

  async function send(): Promise<void> {
    while (!stopping.signal.aborted) {
      const event = next() ?? transaction();
      for (;;) {
        const requestId = await postOnce(oneOf(random, urls()), event);
        if (requestId !== undefined) {
          traffic.accepted++;
          appendFileSync(ledger, `${requestId}\n`);
          break;
        }
        traffic.refused++;
        await sleep(100);
      }
      await sleep(pauseMs);
    }
  }

  const running = Array.from({ length: senders }, send);
  const traffic: Traffic = {
    accepted: 0,
    refused: 0,
    driftAnew: () => void drift++,
    async stop() {
      stopping.abort();
      await Promise.all(running);
    },
  };
  return traffic;
}

async function postOnce(url: string, event: object): Promise<string | undefined> {
  try {
    const response = await fetch(`${url}/ingest`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(event),
      signal: AbortSignal.timeout(giveUpMs),
    });
    const answer = (await response.json()) as { request_id?: string };
    return response.status === 202 ? answer.request_id : undefined;
  } catch {
    return undefined; // nobody is there
  }
}
