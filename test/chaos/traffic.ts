import { appendFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { transaction } from '../helpers/sentinel.ts';
import type { Ledger } from './balance.ts';
import { hostileBodies } from './poison/bodies.ts';
import { poisons } from './poison/contracts.ts';
import { type Random, oneOf } from './random.ts';

const senders = 4;
const pauseMs = 10;
const giveUpMs = 10_000;

export interface Traffic {
  accepted: number;
  refused: number;
  /** Answers to hostile bodies that were neither 202 nor 4xx nor 503, by kind. */
  odd: string[];
  /** Drifted events come from another source from now on, for which there is no rule yet. */
  driftAnew(): void;
  /** Resolves when the last request is answered. */
  stop(): Promise<void>;
}

interface Request {
  body: string | Buffer;
  headers?: Record<string, string>;
  /** For the ledger. */
  entry: Omit<Ledger, 'id'>;
  /** It may be refused, and is not sent again then. */
  isHostile?: boolean;
}

/**
 * Sends clean, drifted, hopeless, repeated and, unless `withPoison` is false, poisoned events, as clients do that want none
 * lost: again until it is accepted. What is accepted goes to the ledger, a line each.
 */
export function startTraffic(
  urls: () => string[],
  ledger: string,
  random: Random,
  withPoison: boolean,
): Traffic {
  const stopping = new AbortController();
  const recent: Record<string, unknown>[] = [];
  let drift = 1;

  function next(): Request {
    const dice = random();
    if (withPoison && dice < 0.03) return poisoned(random);
    const again = dice < 0.1 ? recent[Math.floor(random() * recent.length)] : undefined;
    if (again !== undefined) return requestOf(again, 'clean');
    if (dice < 0.2) return requestOf(transaction({ amount: 'a lot' }), 'hopeless');
    // Not whole, so that no column of whole numbers may take it.
    const event = transaction({ amount: Math.floor(random() * 1e6) + 0.25 });
    if (dice < 0.25) event['email'] = 'same@example.com';
    if (dice < 0.4) {
      const { email, ...rest } = event;
      return requestOf({ ...rest, userEmail: email, source: `drift-${drift}` }, 'drifted');
    }
    recent[Math.floor(random() * 50)] = event;
    return requestOf(event, 'clean');
  }

  async function send(): Promise<void> {
    while (!stopping.signal.aborted) {
      const request = next();
      for (;;) {
        const { status, id } = await postOnce(oneOf(random, urls()), request);
        if (id !== undefined) {
          traffic.accepted++;
          appendFileSync(ledger, `${JSON.stringify({ id, ...request.entry } satisfies Ledger)}\n`);
          break;
        }
        if (request.isHostile && status >= 400 && status < 500) break;
        if (status >= 500 && status !== 503) traffic.odd.push(`${request.entry.kind}: ${status}`);
        if (request.isHostile && status !== 0 && status !== 503) break;
        traffic.refused++;
        await sleep(100);
        // A hostile body may itself be why nobody answers; it is not sent for ever.
        if (request.isHostile && stopping.signal.aborted) break;
      }
      await sleep(pauseMs);
    }
  }

  const running = Array.from({ length: senders }, send);
  const traffic: Traffic = {
    accepted: 0,
    refused: 0,
    odd: [],
    driftAnew: () => void drift++,
    async stop() {
      stopping.abort();
      await Promise.all(running);
    },
  };
  return traffic;
}

function requestOf(event: Record<string, unknown>, kind: string): Request {
  const { amount } = event;
  return { body: JSON.stringify(event), entry: { kind, ...(typeof amount === 'number' && { amount }) } };
}

function poisoned(random: Random): Request {
  if (random() < 0.4) {
    const { kind, body, headers = {} } = oneOf(random, hostileBodies);
    return { body: body(), headers, isHostile: true, entry: { kind } };
  }
  // Each that never ends costs seconds.
  const slow = random() < 0.05;
  const { kind, event, ends } = oneOf(random, slow ? slowPoisons : quickPoisons);
  return { body: JSON.stringify(event(crypto.randomUUID())), entry: { kind, ends } };
}

const slowPoisons = poisons.filter(({ isSlow }) => isSlow);
const quickPoisons = poisons.filter(({ isSlow }) => !isSlow);

/** The status is 0 when nobody was there, or the answer got lost. */
async function postOnce(url: string, { body, headers }: Request): Promise<{ status: number; id?: string }> {
  try {
    const response = await fetch(`${url}/ingest`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: body as string,
      signal: AbortSignal.timeout(giveUpMs),
    });
    const answer = (await response.json()) as { request_id?: string };
    return response.status === 202 && answer.request_id !== undefined
      ? { status: 202, id: answer.request_id }
      : { status: response.status };
  } catch {
    return { status: 0 };
  }
}
