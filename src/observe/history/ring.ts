/** Numbers of the last steps of time; older ones make room. A step has a number for each column. */
export interface Ring {
  readonly stepMs: number;
  /** Opens the step that `at` (milliseconds since 1970) lies in. What is older than the ring is passed over. */
  add(at: number, column: number, amount: number): void;
  /** Sets it unless it is higher already. */
  raise(at: number, column: number, value: number): void;
  /** Undefined for a step in which nothing was recorded. Steps are numbered from 1970. */
  read(step: number, column: number): number | undefined;
}

type Numbers = Uint32Array | Float64Array;

export function ring(
  stepMs: number,
  length: number,
  columns: number,
  make: (size: number) => Numbers = (size) => new Uint32Array(size),
): Ring {
  const values = make(length * columns);
  /** Which step each place holds. */
  const steps = new Float64Array(length).fill(-1);

  function open(at: number): number {
    const step = Math.floor(at / stepMs);
    const place = step % length;
    if (steps[place]! > step) return -1;
    if (steps[place] !== step) {
      steps[place] = step;
      values.fill(0, place * columns, (place + 1) * columns);
    }
    return place * columns;
  }

  return {
    stepMs,
    add(at, column, amount) {
      const place = open(at);
      if (place >= 0) values[place + column]! += amount;
    },
    raise(at, column, value) {
      const place = open(at);
      if (place >= 0) values[place + column] = Math.max(values[place + column]!, value);
    },
    read(step, column) {
      const place = step % length;
      return steps[place] === step ? values[place * columns + column] : undefined;
    },
  };
}

/** The same numbers in fine steps for the last half hour and in minutes for a day. */
export interface Track {
  add(at: number, column: number, amount: number): void;
  raise(at: number, column: number, value: number): void;
  /** What is known only by the minute, as after a restart. */
  addMinute(at: number, column: number, amount: number): void;
  raiseMinute(at: number, column: number, value: number): void;
  readonly fine: Ring;
  readonly minutes: Ring;
}

export const fineStepMs = 10_000;
export const fineMinutes = 30;
export const minuteMs = 60_000;
export const dayMinutes = 1440;

export function track(columns: number, make?: (size: number) => Numbers): Track {
  // One more than is shown: the first step shown is whole.
  const fine = ring(fineStepMs, (fineMinutes * minuteMs) / fineStepMs + 1, columns, make);
  const minutes = ring(minuteMs, dayMinutes + 1, columns, make);
  return {
    fine,
    minutes,
    add(at, column, amount) {
      fine.add(at, column, amount);
      minutes.add(at, column, amount);
    },
    raise(at, column, value) {
      fine.raise(at, column, value);
      minutes.raise(at, column, value);
    },
    addMinute: minutes.add,
    raiseMinute: minutes.raise,
  };
}
