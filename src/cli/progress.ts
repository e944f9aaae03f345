import { say, type Io } from './io.ts';

export interface Progress {
  accepted(events: number): void;
  refused(events: number): void;
  /** A line of its own, above the count. */
  note(line: string): void;
  /** Seconds since it was created. */
  totals(): { accepted: number; refused: number; seconds: number };
  end(): void;
}

const repaintMs = 200;
const eraseLine = '\r\u001b[K';

/** Counts events, and shows count and rate on standard error while a person watches. */
export function createProgress(io: Io): Progress {
  const started = performance.now();
  let accepted = 0;
  let refused = 0;
  let paintedAt = started;
  const seconds = (): number => (performance.now() - started) / 1000;

  function paint(): void {
    const now = performance.now();
    if (!io.interactive || now - paintedAt < repaintMs) return;
    paintedAt = now;
    io.stderr.write(
      `${eraseLine}${accepted} accepted, ${refused} refused, ${Math.round(accepted / seconds())}/s`,
    );
  }
  const erase = (): void => {
    if (io.interactive) io.stderr.write(eraseLine);
  };

  return {
    accepted(events) {
      accepted += events;
      paint();
    },
    refused(events) {
      refused += events;
      paint();
    },
    note(line) {
      erase();
      say(io, line);
    },
    totals: () => ({ accepted, refused, seconds: seconds() }),
    end: erase,
  };
}
