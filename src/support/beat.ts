/** A count that grows while a thread's event loop turns, for another thread to see: one that stands still can't be asked. */
export type Beat = Int32Array;

const everyMs = 200;

export const createBeat = (): Beat => new Int32Array(new SharedArrayBuffer(4));

/** To be called by the thread that is watched. */
export function keepBeat(beat: Beat): void {
  Atomics.add(beat, 0, 1);
  setInterval(() => Atomics.add(beat, 0, 1), everyMs).unref();
}

export const countOf = (beat: Beat): number => Atomics.load(beat, 0);
