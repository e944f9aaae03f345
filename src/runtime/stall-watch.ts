import { SentinelError } from '../model/errors.ts';
import { type Beat, countOf } from '../support/beat.ts';

const lookEveryMs = 250;
/** So that every call is answered within two seconds. */
const answerWithinMs = 1500;

/** A call to a thread that is starting or blocked fails with `pipeline_busy` instead of waiting. */
export class StallWatch {
  #beat: Beat;
  readonly #waiting = new Set<{ since: number; reject: (error: Error) => void }>();
  readonly #timer: NodeJS.Timeout;
  #count = 0;
  #turnedAt = performance.now();
  #lookedAt = performance.now();

  constructor(beat: Beat) {
    this.#beat = beat;
    this.#timer = setInterval(() => this.#look(), lookEveryMs).unref();
  }

  /** Another thread takes the place of the one that was watched. */
  follow(beat: Beat): void {
    this.#beat = beat;
  }

  /** The answer, when it comes before the thread has been still for too long; a thread that turns may take any time. */
  async orBusy<T>(answer: Promise<T>): Promise<T> {
    let entry: { since: number; reject: (error: Error) => void } | undefined;
    const busy = new Promise<never>((_, reject) => {
      entry = { since: performance.now(), reject };
      this.#waiting.add(entry);
    });
    try {
      return await Promise.race([answer, busy]);
    } finally {
      this.#waiting.delete(entry!);
    }
  }

  #look(): void {
    const count = countOf(this.#beat);
    const now = performance.now();
    // When this thread was blocked, too, the machine was busy, which says nothing of the other one.
    this.#turnedAt += Math.max(0, now - this.#lookedAt - lookEveryMs);
    this.#lookedAt = now;
    if (count !== this.#count) {
      this.#count = count;
      this.#turnedAt = now;
      return;
    }
    if (now - this.#turnedAt < answerWithinMs) return;
    for (const { since, reject } of this.#waiting)
      if (now - since >= answerWithinMs - lookEveryMs)
        reject(new SentinelError('pipeline_busy', 'the pipeline starts or is busy; ask again in a moment'));
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}
