import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { createInOrder } from '../../src/support/in-order.ts';

it('lets no batch overtake another, whatever each has to wait for', async () => {
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), fc.integer({ min: 2, max: 8 }), async (scheduler, batches) => {
      const inOrder = createInOrder();
      const begun: number[] = [];
      const done: number[] = [];
      const all = Array.from({ length: batches }, async (_, batch) => {
        await inOrder(
          () => {
            begun.push(batch);
            return scheduler.schedule(Promise.resolve(batch));
          },
          () => scheduler.schedule(Promise.resolve()),
        );
        done.push(batch);
      });
      await scheduler.waitFor(Promise.all(all));
      expect(begun).toEqual([...begun.keys()]);
      expect(done).toEqual([...done.keys()]);
    }),
  );
});

it('fails all that follow a batch that failed, and nothing before it', async () => {
  const inOrder = createInOrder();
  const nothing = async () => {};
  const results = await Promise.allSettled([
    inOrder(async () => 'before', nothing),
    inOrder(
      async () => 'fails',
      () => Promise.reject(new Error('no room')),
    ),
    inOrder(async () => 'after', nothing),
  ]);
  expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected']);
});
