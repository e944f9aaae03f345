import { setTimeout as sleep } from 'node:timers/promises';
import type { DeadLetter } from '../../src/model/dead-letter.ts';
import { type Random, oneOf } from './random.ts';

export interface People {
  /** What was carried out, as far as anybody was told. */
  done: { replays: number; edits: number; discards: number; rollbacks: number };
  stop(): Promise<void>;
}

const pauseMs = 400;
const turnsBetweenRollbacks = 30;

/** People who replay, edit and discard dead letters, and now and then roll a rule back. */
export function startPeople(urls: () => string[], random: Random, onRollback: () => void): People {
  const stopping = new AbortController();
  const done = { replays: 0, edits: 0, discards: 0, rollbacks: 0 };

  async function settle(url: string): Promise<void> {
    const { items } = await call<{ items: DeadLetter[] }>(`${url}/api/v1/dead-letters?status=open&limit=100`);
    for (let n = 0; n < 3 && items.length > 0; n++) {
      const { id, raw } = oneOf(random, items);
      const path = `${url}/api/v1/dead-letters/${id}`;
      const dice = random();
      if (dice < 0.4) {
        const { userEmail, ...event } = JSON.parse(raw) as Record<string, unknown>;
        const amount = typeof event['amount'] === 'number' ? event['amount'] : 12.5;
        const edited = { ...event, amount, ...(userEmail === undefined ? {} : { email: userEmail }) };
        await call(`${path}/replay`, { event: edited, learn: false });
        done.edits++;
      } else if (dice < 0.7) {
        await call(`${path}/replay`, {});
        done.replays++;
      } else {
        await call(`${path}/discard`, { reason: 'chaos' });
        done.discards++;
      }
    }
  }

  async function rollBack(url: string): Promise<void> {
    const { items } = await call<{ items: { id: string; status: string }[] }>(`${url}/api/v1/rules`);
    const active = items.filter(({ status }) => status === 'active');
    if (active.length === 0) return;
    await call(`${url}/api/v1/rules/${oneOf(random, active).id}/rollback`, { reason: 'chaos' });
    done.rollbacks++;
    onRollback();
  }

  async function work(): Promise<void> {
    for (let turn = 1; !stopping.signal.aborted; turn++) {
      const url = oneOf(random, urls());
      // Another has settled it, or nobody is there: people try something else.
      await (turn % turnsBetweenRollbacks === 0 ? rollBack(url) : settle(url)).catch(() => undefined);
      await sleep(pauseMs);
    }
  }

  const working = [work(), work()];
  return {
    done,
    async stop() {
      stopping.abort();
      await Promise.all(working);
    },
  };
}

async function call<T>(url: string, body?: object): Promise<T> {
  const response = await fetch(url, {
    signal: AbortSignal.timeout(10_000),
    ...(body && {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    }),
  });
  const answer = (await response.json()) as T;
  if (!response.ok) throw new Error(`${url} answered ${response.status}`);
  return answer;
}
