import { WithoutStack } from './log.ts';

export interface RepeatedError {
  /** What to log as `err`: the error, or the error without its stack when the last one was of the same kind. */
  next(error: unknown): unknown;
  /** It works again: the next failure is a new one. */
  over(): void;
}

/** For work that is tried again: a stack is told once, for it says nothing new and is twenty lines each time. */
export function repeatedError(): RepeatedError {
  let told: string | undefined;
  return {
    next(error) {
      const kind = kindOf(error);
      if (kind === told) return new WithoutStack(error);
      told = kind;
      return error;
    },
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
