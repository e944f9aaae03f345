/** A short text that one thread writes and others read, at no cost to them until they look, and also when the writer no longer turns. */
export type SharedNote = SharedArrayBuffer;

/** As long as a path can be. */
const mostBytes = 4096;

export const createNote = (): SharedNote => new SharedArrayBuffer(8 + mostBytes);

/** Empty for nothing. */
export function writeNote(note: SharedNote, text: string): void {
  const [state, bytes] = partsOf(note);
  // Odd while it is written.
  Atomics.add(state, 0, 1);
  state[1] = new TextEncoder().encodeInto(text, bytes).written;
  Atomics.add(state, 0, 1);
}

/** The text, and a number that grows each time that one is written; undefined while it is being written. */
export function readNote(note: SharedNote): { text: string; count: number } | undefined {
  const [state, bytes] = partsOf(note);
  const count = Atomics.load(state, 0);
  const text = Buffer.from(bytes.slice(0, state[1])).toString();
  return count % 2 === 0 && Atomics.load(state, 0) === count ? { text, count } : undefined;
}

const partsOf = (note: SharedNote) => [new Int32Array(note, 0, 2), new Uint8Array(note, 8)] as const;
