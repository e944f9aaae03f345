import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ConsumeOptions, Handler, Unsettled } from '../../../src/engine/engine.ts';
import { quick, text, wait } from './helpers.ts';
import type { Subject } from './subject.ts';

/** Random handlers. */
export function anythingSuite(subject: Subject): void {
  const { publish, reopen, settled } = subject;

  describe('whatever a handler does', () => {
    const outcome = fc.constantFrom('settle', 'fail', 'defer', 'throw');
    const run = fc.record({
      // What becomes of each message, try by try; then it is settled.
      plans: fc.array(fc.array(outcome, { maxLength: 3 }), { minLength: 1, maxLength: 40 }),
      maxEvents: fc.integer({ min: 1, max: 10 }),
      inFlight: fc.integer({ min: 1, max: 3 }),
      hold: fc.boolean(),
      restart: fc.boolean(),
    });
    let runs = 0;

    it('every message is settled in the end, none is left behind, none is forgotten', async () => {
      await fc.assert(
        fc.asyncProperty(run, async ({ plans, maxEvents, inFlight, hold, restart }) => {
          const topic = `orders-${runs++}`;
          const tries = plans.map(() => 0);
          const done = new Set<number>();
          const options: ConsumeOptions = {
            maxEvents,
            inFlight,
            retry: hold ? 'hold' : { ...quick, maxAttempts: 99 },
          };
          const handle: Handler = async (batch) => {
            const ids = batch.map((one) => Number(text(one)));
            const outcomes = ids.map((id) => plans[id]?.[tries[id]!++] ?? 'settle');
            await wait(outcomes.length % 3);
            if (outcomes.includes('throw')) throw new Error('thrown');
            return outcomes.flatMap((one, index): Unsettled[] => {
              if (one === 'fail') return [{ index, error: new Error('failed') }];
              if (one === 'defer') return [{ index, deferMs: 5 }];
              done.add(ids[index]!);
              return [];
            });
          };
          await subject.engine.consume(topic, 'loader', options, handle);
          await publish(topic, ...plans.map((_, id) => String(id)));
          if (restart) {
            await reopen();
            await subject.engine.consume(topic, 'loader', options, handle);
          }
          await settled(topic, 'loader');
          expect(done.size).toBe(plans.length);
        }),
        { numRuns: 10 },
      );
    });
  });
}
