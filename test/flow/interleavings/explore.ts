/** One thing that can happen next. */
export interface Choice {
  label: string;
  /** Nothing more is to come of a world in which no such choice is left. */
  isDue: boolean;
  take(): void;
}

/** What happens in it depends on nothing but the choices that are taken. */
export interface World {
  choices(): Choice[];
  /** The same text for states from which the same can follow. */
  fingerprint(): string;
  /** What is wrong now; `isOver`: nothing more is due. */
  fault(isOver: boolean): string | undefined;
}

export interface Found {
  schedules: number;
  states: number;
  /** States in which nothing more was due. */
  ends: number;
  /** The first fault, with the choices that lead to it. */
  fault?: { says: string; schedule: string[] };
}

/**
 * Runs every schedule, depth first, or as many as `most`: each from its beginning, with code that is given its turns one by
 * one, until it comes to a state from which another has gone on before.
 */
export async function explore(makeWorld: () => World, most = Infinity): Promise<Found> {
  const seen = new Set<string>();
  const found: Found = { schedules: 0, states: 0, ends: 0 };
  const prefixes: number[][] = [[]];
  for (let prefix = prefixes.pop(); prefix !== undefined; prefix = prefixes.pop()) {
    if (found.schedules === most) break;
    found.schedules++;
    const world = makeWorld();
    const taken: number[] = [];
    const schedule: string[] = [];
    for (;;) {
      await codeToWait();
      const choices = world.choices();
      if (taken.length >= prefix.length) {
        const fingerprint = world.fingerprint();
        if (seen.has(fingerprint)) break;
        seen.add(fingerprint);
        const isOver = !choices.some(({ isDue }) => isDue);
        if (isOver) found.ends++;
        const says = world.fault(isOver);
        if (says !== undefined) return { ...found, states: seen.size, fault: { says, schedule } };
        for (let other = choices.length - 1; other > 0; other--) prefixes.push([...taken, other]);
      }
      const next = prefix[taken.length] ?? 0;
      const choice = choices[next];
      if (choice === undefined) break;
      schedule.push(choice.label);
      taken.push(next);
      choice.take();
    }
  }
  return { ...found, states: seen.size };
}

/** Until all code waits for its next turn: promises are settled before this timer. */
const codeToWait = () => new Promise<void>((resolve) => void setImmediate(resolve));
