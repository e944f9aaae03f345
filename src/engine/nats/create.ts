import { setTimeout as sleep } from 'node:timers/promises';

const lookEveryMs = 250;

/**
 * Makes a stream or consumer that others may be making at the same time. Servers answer only one of those who ask then,
 * so `look`, which throws while it is not there, is asked too. Throws what `add` throws.
 */
export async function create<T>(add: () => Promise<T>, look: () => Promise<T>): Promise<T> {
  let answered = false;
  const added = add().finally(() => (answered = true));
  const seen = async (): Promise<T> => {
    for (;;) {
      await sleep(lookEveryMs);
      if (answered) return added;
      try {
        return await look();
      } catch {
        // Not yet there, or NATS does not answer, which the answer to `add` will tell.
      }
    }
  };
  // Whichever comes last is not listened to any more: without an answer, `add` fails when its time is over.
  return Promise.race([added, seen()]);
}
