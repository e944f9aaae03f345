import { expect } from 'vitest';
import type { Delivery, Engine, Handler } from '../../../src/engine/engine.ts';
import type { RetryPolicy } from '../../../src/support/retry.ts';

/** Tries follow each other fast. */
export const quick: RetryPolicy = {
  maxAttempts: 5,
  initialDelayMs: 20,
  maxDelayMs: 40,
  factor: 1,
  jitter: 0,
};

export const message = (body: string) => ({ body: Buffer.from(body) });
export const text = (delivery: { body: Uint8Array }): string => Buffer.from(delivery.body).toString();
export const numbers = (count: number): string[] =>
  Array.from({ length: count }, (_, i) => String(i).padStart(6, '0'));

/** A handler that remembers what it got. */
export class Received {
  readonly texts: string[] = [];
  readonly batches: string[][] = [];
  running = 0;
  mostAtOnce = 0;
  readonly #pauseMs: number;
  readonly #fail: (text: string, attempt: number) => Error | undefined;

  constructor(
    options: { pauseMs?: number; fail?: (text: string, attempt: number) => Error | undefined } = {},
  ) {
    this.#pauseMs = options.pauseMs ?? 0;
    this.#fail = options.fail ?? (() => undefined);
  }

  readonly handler: Handler = async (batch) => {
    this.running += 1;
    this.mostAtOnce = Math.max(this.mostAtOnce, this.running);
    try {
      if (this.#pauseMs > 0) await wait(this.#pauseMs);
      const texts = batch.map(text);
      this.batches.push(texts);
      this.texts.push(...texts);
      for (const one of batch) {
        const error = this.#fail(text(one), one.attempt);
        if (error) throw error;
      }
    } finally {
      this.running -= 1;
    }
  };
}

/** Consumes until `count` deliveries have come, and stops. Bodies are copied. */
export async function collect(
  engine: Engine,
  topic: string,
  group: string,
  count: number,
): Promise<Delivery[]> {
  const seen: Delivery[] = [];
  if (count === 0) return seen;
  const enough = signal();
  const consumer = await engine.consume(topic, group, { retry: 'hold' }, async (batch) => {
    seen.push(...batch.map((one) => ({ ...one, body: Uint8Array.from(one.body) })));
    if (seen.length >= count) enough.give();
  });
  await Promise.race([enough.given, wait(deadlineMs)]);
  await consumer.stop();
  expect(seen.length, `deliveries of ${topic} to ${group}`).toBeGreaterThanOrEqual(count);
  return seen;
}

export function expectGrowingOffsets(deliveries: readonly Delivery[]): void {
  const last = new Map<string, number>();
  for (const { position } of deliveries) {
    expect(position.offset).toBeGreaterThan(last.get(position.partition) ?? -1);
    last.set(position.partition, position.offset);
  }
}

const deadlineMs = 30_000;

export function wait(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}

export function signal(): { given: Promise<void>; give: () => void } {
  let give: () => void = () => undefined;
  const given = new Promise<void>((resolve) => {
    give = resolve;
  });
  return { given, give: () => give() };
}
