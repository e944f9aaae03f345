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
  const all = { held: 0, maxBytes };
  return { enter: () => new RequestHand(all) };
}

/** A class, as each request has one. */
class RequestHand implements Hand {
  readonly #all: { held: number; readonly maxBytes: number };
  #mine = 0;

  constructor(all: { held: number; readonly maxBytes: number }) {
    this.#all = all;
  }

  take(bytes: number): boolean {
    const all = this.#all;
    // One request alone is within the limit of a body.
    if (all.held > this.#mine && all.held + bytes > all.maxBytes) return false;
    all.held += bytes;
    this.#mine += bytes;
    return true;
  }

  async takeInTime(bytes: number): Promise<boolean> {
    const deadline = performance.now() + waitMs;
    while (!this.take(bytes)) {
      if (performance.now() > deadline) return false;
      await sleep(lookEveryMs);
    }
    return true;
  }

  give(bytes: number): void {
    this.#all.held -= bytes;
    this.#mine -= bytes;
  }

  leave(): void {
    this.give(this.#mine);
  }
}

/** Room for many bodies of the largest size, unpacked. */
export const mostInHand = (maxBodyBytes: number): number => Math.max(256 * 2 ** 20, 8 * maxBodyBytes);
