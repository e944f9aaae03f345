import { defaultRetry, type ConsumeOptions, type Delivery, type Handler, type Unsettled } from './engine.ts';
import { pause, retryDelay, type RetryPolicy } from '../support/retry.ts';

/** A delivery that is not done and shall come back. */
export interface Deferred {
  delivery: Delivery;
  delayMs: number;
  /** Failed tries so far, this one included if it counts. */
  failures: number;
}

/** What a handler did with a batch: the deliveries that are in neither list are settled. */
export interface Outcome {
  deferred: readonly Deferred[];
  /** Not settled when the consumer was told to stop. */
  unfinished: readonly Delivery[];
}

type Callbacks = Pick<ConsumeOptions, 'onExhausted' | 'onFailure'>;

/**
 * Hands the batch to the handler, once. What fails too often is given up on, after `onExhausted` has been told. Does not
 * throw.
 */
export async function settleOnce(
  deliveries: readonly Delivery[],
  handle: Handler,
  policy: RetryPolicy,
  callbacks: Callbacks,
): Promise<Outcome> {
  const deferred: Deferred[] = [];
  const report = new FailureReport();
  for (const [delivery, outcome] of await tryBatch(deliveries, handle)) {
    if ('deferMs' in outcome) {
      deferred.push({ delivery, delayMs: outcome.deferMs, failures: delivery.attempt - 1 });
      continue;
    }
    const delayMs = retryDelay(policy, delivery.attempt);
    if (delivery.attempt < policy.maxAttempts && !isFinal(outcome.error)) {
      deferred.push({ delivery, delayMs, failures: delivery.attempt });
      report.add(delivery, outcome.error, delayMs);
      continue;
    }
    report.add(delivery, outcome.error, 0);
    try {
      await callbacks.onExhausted?.(delivery, outcome.error);
    } catch (error) {
      // It must not be lost: it comes back for another try, under the same number.
      deferred.push({ delivery, delayMs, failures: delivery.attempt - 1 });
      report.add(delivery, error, delayMs);
    }
  }
  report.send(callbacks.onFailure);
  return { deferred, unfinished: [] };
}

/**
 * Hands the batch to the handler until all of it is settled, with growing delays; only unsettled deliveries are
 * passed again. `signal` ends that. `onHold` is called at each failure. Does not throw.
 */
export async function settleInPlace(
  deliveries: readonly Delivery[],
  handle: Handler,
  signal: AbortSignal,
  callbacks: Pick<ConsumeOptions, 'onFailure'> & { onHold: () => void },
): Promise<Outcome> {
  let rest = deliveries;
  for (;;) {
    const unsettled = await tryBatch(rest, handle);
    if (unsettled.size === 0) return { deferred: [], unfinished: [] };
    callbacks.onHold();
    const report = new FailureReport();
    let delayMs = 0;
    rest = [...unsettled].map(([delivery, outcome]) => {
      if ('deferMs' in outcome) {
        delayMs = Math.max(delayMs, outcome.deferMs);
        return delivery;
      }
      const delay = retryDelay(defaultRetry, delivery.attempt);
      delayMs = Math.max(delayMs, delay);
      report.add(delivery, outcome.error, delay);
      return { ...delivery, attempt: delivery.attempt + 1 };
    });
    report.send(callbacks.onFailure);
    if (!(await pause(delayMs, signal))) return { deferred: [], unfinished: rest };
  }
}

/** Why a delivery is not settled. */
type Open = { error: unknown } | { deferMs: number };

/** What the handler did not settle, in the order of the batch. */
async function tryBatch(deliveries: readonly Delivery[], handle: Handler): Promise<Map<Delivery, Open>> {
  try {
    const unsettled = (await handle(deliveries)) ?? [];
    return new Map(
      unsettled.toSorted((a, b) => a.index - b.index).map((one) => [namedBy(one, deliveries), one]),
    );
  } catch (error) {
    return new Map(deliveries.map((delivery) => [delivery, { error }]));
  }
}

function namedBy({ index }: Unsettled, deliveries: readonly Delivery[]): Delivery {
  const delivery = deliveries[index];
  // Nobody knows what the handler meant, so none of the batch may count as settled.
  if (!delivery)
    throw new RangeError(`the handler names delivery ${index} of a batch of ${deliveries.length}`);
  return delivery;
}

/** The error itself says that a retry is useless. */
function isFinal(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'retryable' in error && error.retryable === false;
}

type Failure = Parameters<NonNullable<ConsumeOptions['onFailure']>>[0];

/** One report for all deliveries that failed alike, or a failed batch would fill the log. */
class FailureReport {
  readonly #byError = new Map<unknown, Failure[]>();

  add(delivery: Delivery, error: unknown, nextDelayMs: number): void {
    const failures = this.#byError.get(error) ?? [];
    this.#byError.set(error, failures);
    const alike = failures.find(({ attempt }) => attempt === delivery.attempt);
    if (alike) {
      alike.events += delivery.events;
      alike.nextDelayMs = Math.max(alike.nextDelayMs, nextDelayMs);
    } else {
      failures.push({ error, attempt: delivery.attempt, events: delivery.events, nextDelayMs });
    }
  }

  send(onFailure: ConsumeOptions['onFailure']): void {
    for (const failure of [...this.#byError.values()].flat()) onFailure?.(failure);
  }
}
