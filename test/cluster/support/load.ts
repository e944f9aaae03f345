import { setTimeout as sleep } from 'node:timers/promises';
import { transaction } from '../../helpers/sentinel.ts';

/** What was sent, by event id. */
export interface Sent {
  /** Answered with 202. */
  accepted: Set<string>;
  /** Sent more than once, as no answer came; one try may have been stored all the same. */
  repeated: Set<string>;
  /** Requests that were not accepted. */
  refusals: number;
}

export interface Load {
  sent: Sent;
  /** Resolves when the last request is answered. */
  stop(): Promise<void>;
}

const senders = 8;
const pauseMs = 15;
const giveUpMs = 20_000;

/**
 * Sends single events to the gateways in turn, each until one accepts it, as a client would that wants none lost. Most
 * are good; some are drifted in a way that the heuristics know, some can't be repaired.
 */
export function startLoad(urls: () => string[]): Load {
  const sent: Sent = { accepted: new Set(), repeated: new Set(), refusals: 0 };
  const stopping = new AbortController();
  let count = 0;

  async function send(): Promise<void> {
    while (!stopping.signal.aborted) {
      const event = kindOf(count++);
      const id = String(event['event_id']);
      for (let attempt = 1; ; attempt++) {
        const url = urls()[(count + attempt) % urls().length]!;
        const status = await postOnce(url, event);
        if (status === 202) break;
        sent.refusals++;
        sent.repeated.add(id);
        await sleep(100);
      }
      sent.accepted.add(id);
      await sleep(pauseMs);
    }
  }

  const running = Array.from({ length: senders }, send);
  return {
    sent,
    async stop() {
      stopping.abort();
      await Promise.all(running);
    },
  };
}

function kindOf(count: number): Record<string, unknown> {
  if (count % 10 === 3) {
    const { email, ...rest } = transaction();
    return { ...rest, userEmail: email };
  }
  if (count % 20 === 7) return transaction({ amount: 'a lot' });
  return transaction();
}

/** The status; 0 when there was no answer. */
async function postOnce(url: string, event: object): Promise<number> {
  try {
    const response = await fetch(`${url}/ingest`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(event),
      signal: AbortSignal.timeout(giveUpMs),
    });
    await response.arrayBuffer();
    return response.status;
  } catch {
    return 0;
  }
}
