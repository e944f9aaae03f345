import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf } from '../model/errors.ts';
import type { Logger } from '../support/log.ts';
import type { DemoEvent, DemoStream } from './stream.ts';

export interface DemoSender {
  /** Resolves when nothing is under way any more. */
  stop(): Promise<void>;
}

const tickMs = 400;
/** Sent at once at the start, so that there is something to see. */
const ticksAtStart = 40;

/** Sends the stream to the service as its sources would: over HTTP, each to its own address. */
export function startSender(options: {
  url: string;
  token?: string | undefined;
  stream: DemoStream;
  log: Logger;
}): DemoSender {
  const { url, token, stream, log } = options;
  const stopping = new AbortController();
  const { signal } = stopping;
  const headers = {
    'content-type': 'application/json',
    ...(token === undefined ? undefined : { authorization: `Bearer ${token}` }),
  };

  async function post(source: string, body: string): Promise<void> {
    const response = await fetch(`${url}/ingest/${source}`, { method: 'POST', headers, body, signal });
    await response.arrayBuffer();
    if (response.status === 202) return;
    if (response.status !== 429 && response.status !== 503)
      throw new Error(`ingest answered ${response.status}`);
    const seconds = Number(response.headers.get('retry-after') ?? 1);
    await sleep(Math.min(30, Math.max(1, seconds)) * 1000, undefined, { signal });
    return post(source, body);
  }

  async function send(events: readonly DemoEvent[]): Promise<void> {
    const bySource = new Map<string, DemoEvent[]>();
    for (const event of events) bySource.set(event.source, [...(bySource.get(event.source) ?? []), event]);
    for (const [source, own] of bySource) {
      const bodies = own.map(({ event }) => event);
      await post(source, JSON.stringify(bodies.length === 1 ? bodies[0] : bodies));
    }
  }

  async function run(): Promise<void> {
    for (let tick = 0; !signal.aborted; tick++) {
      try {
        await send(stream.next(new Date()));
        if (tick >= ticksAtStart) await sleep(tickMs, undefined, { signal });
      } catch (error) {
        if (signal.aborted) return;
        log.warn({ code: 'demo_not_sent', err: error }, `the demo could not send: ${messageOf(error)}`);
        await sleep(1000, undefined, { signal }).catch(() => undefined);
      }
    }
  }

  const running = run();
  return {
    async stop() {
      stopping.abort();
      await running;
    },
  };
}
