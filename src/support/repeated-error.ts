import { WithoutStack } from './log.ts';

export interface RepeatedError {
  /** What to log as `err`: the error, or the error without its stack when the last one was of the same kind. */
  next(error: unknown): unknown;
  /** As `next`; undefined when one of the same kind was told less than a minute ago, and another line would say nothing new. */
  due(error: unknown): unknown;
  /** It works again: the next failure is a new one. */
  over(): void;
}

const remindMs = 60_000;

/** For work that is tried again: a stack is told once, for it says nothing new and is twenty lines each time. */
export function repeatedError(now: () => number = Date.now): RepeatedError {
  let told: string | undefined;
  let toldAt = 0;

  function next(error: unknown): unknown {
    const kind = kindOf(error);
    const isRepeated = kind === told;
    told = kind;
    toldAt = now();
    return isRepeated ? new WithoutStack(error) : error;
  }

  return {
    next,
    due: (error) => (kindOf(error) === told && now() - toldAt < remindMs ? undefined : next(error)),
    over: () => (told = undefined),
  };
}

/** Without the message, which may name a port or a time that is another in each try. */
function kindOf(error: unknown): string {
  const kinds: string[] = [];
  for (let one = error; one instanceof Error && kinds.length < 5; one = one.cause) {
    const { code } = one as { code?: unknown };
    kinds.push(`${one.name} ${typeof code === 'string' ? code : ''}`);
  }
  return kinds.join(' < ');
}
