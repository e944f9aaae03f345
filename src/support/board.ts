/**
 * A block of memory that a thread shares with the one that watches it, since a thread that stands still can't be asked: a
 * beat that counts up while its event loop turns, the foreign code that runs now, and the event it is about.
 */
const beatAt = 0;
const runningAt = 1;
const subjectLengthAt = 2;
const labelsLengthAt = 3;
const numbers = 4;
const maxSubject = 256;
const maxLabels = 65_536;
const subjectFrom = numbers * 4;
const labelsFrom = subjectFrom + maxSubject;

interface Board {
  numbers: Int32Array;
  bytes: Buffer;
}

const boardOf = (memory: SharedArrayBuffer): Board => ({
  numbers: new Int32Array(memory, 0, numbers),
  bytes: Buffer.from(memory),
});

export const createBoard = (): SharedArrayBuffer => new SharedArrayBuffer(labelsFrom + maxLabels);

let mine = boardOf(createBoard());
const beatEveryMs = 200;

/** Makes this thread be seen on the board; to be called before any foreign code is loaded. */
export function showOn(memory: SharedArrayBuffer): void {
  mine = boardOf(memory);
  const beat = (): void => void Atomics.add(mine.numbers, beatAt, 1);
  beat();
  setInterval(beat, beatEveryMs).unref();
}

/** Its number, for `noteRunning`; lines of text on the board, so that they can be read when the thread can't answer. */
export function noteLabel(label: string): number {
  const used = mine.numbers[labelsLengthAt]!;
  const line = Buffer.from(`${label.replaceAll('\n', ' ')}\n`);
  if (used + line.length > maxLabels) return unnamed;
  mine.bytes.set(line, labelsFrom + used);
  mine.numbers[labelsLengthAt] = used + line.length;
  return labelsOf(mine).length;
}

const unnamed = 1_000_000;

export function noteRunning(ordinal: number): void {
  mine.numbers[runningAt] = ordinal;
}

/** The request id of the event that is looked at; empty when it is done. */
export function noteSubject(id: string): void {
  mine.numbers[subjectLengthAt] = id.length > maxSubject ? 0 : id.length;
  if (id.length > 0) mine.bytes.write(id, subjectFrom, maxSubject, 'latin1');
}

export interface Sight {
  /** Grows while the thread's event loop turns. */
  beats: number;
  /** The label of the foreign code that runs. */
  running?: string | undefined;
  subject?: string | undefined;
}

export function look(memory: SharedArrayBuffer): Sight {
  const board = boardOf(memory);
  const ordinal = Atomics.load(board.numbers, runningAt);
  const length = Atomics.load(board.numbers, subjectLengthAt);
  return {
    beats: Atomics.load(board.numbers, beatAt),
    running: ordinal === 0 ? undefined : (labelsOf(board)[ordinal - 1] ?? 'code of a contract'),
    subject: length === 0 ? undefined : board.bytes.toString('latin1', subjectFrom, subjectFrom + length),
  };
}

function labelsOf({ numbers, bytes }: Board): string[] {
  return bytes
    .toString('utf8', labelsFrom, labelsFrom + numbers[labelsLengthAt]!)
    .split('\n')
    .slice(0, -1);
}
