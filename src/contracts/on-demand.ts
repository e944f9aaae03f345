/** Thrown where something is asked of a check that is not compiled yet: `fenced` has it compiled, and asks again. */
export class Uncompiled extends Error {
  readonly compile: () => void;

  constructor(compile: () => void) {
    super('not compiled yet');
    this.compile = compile;
  }
}

/**
 * Compiles when it is first needed: most contracts of a large set never see an event. What the compiler takes grows with the schema and
 * is no fault of the event, so it does not count towards the time that the event may take.
 */
export function onDemand<T>(make: () => T): () => T {
  let made: { value: T } | undefined;
  return () => {
    if (made === undefined) throw new Uncompiled(() => void (made = { value: make() }));
    return made.value;
  };
}
