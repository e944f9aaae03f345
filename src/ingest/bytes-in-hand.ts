import { setTimeout as sleep } from 'node:timers/promises';

/** What requests may hold at one time of bytes that are not stored yet, read and unpacked. */
export interface BytesInHand {
  /** For one request. */
  enter(): Hand;
}

export interface Hand {
  /** False when all requests together would hold too much. */
  take(bytes: number): boolean;
  /** The same, but waits for a while until others have left. */
  takeInTime(bytes: number): Promise<boolean>;
  give(bytes: number): void;
  /** Gives all that is left. */
  leave(): void;
}

const waitMs = 2000;
const lookEveryMs = 20;

export function createBytesInHand(maxBytes: number): BytesInHand {
  let held = 0;
  return {
    enter() {
      let mine = 0;
      function take(bytes: number): boolean {
        // One request alone is within the limit of a body.
        if (held > mine && held + bytes > maxBytes) return false;
        held += bytes;
        mine += bytes;
        return true;
      }
      function give(bytes: number): void {
        held -= bytes;
        mine -= bytes;
      }
      return {
        take,
        async takeInTime(bytes) {
          const deadline = performance.now() + waitMs;
          while (!take(bytes)) {
            if (performance.now() > deadline) return false;
            await sleep(lookEveryMs);
          }
          return true;
        },
        give,
        leave: () => give(mine),
      };
    },
  };
}

/** Room for many bodies of the largest size, unpacked. */
export const mostInHand = (maxBodyBytes: number): number => Math.max(256 * 2 ** 20, 8 * maxBodyBytes);
