import { z } from 'zod';
import { exactNumbersExist } from '../../model/exact-number.ts';
import { type JsonObject, holdsExactNumber } from '../../model/json.ts';
import { hasMoreValuesThan, maxExplainedValues } from '../fields/size.ts';
import { forJsonNumbers, takesExactNumbers } from './numbers.ts';
import type { Schema } from './rewrite.ts';

/** What Zod's parser leaves: no issues, or the raw ones, whose messages nobody has asked for yet. */
type Outcome = z.core.ParsePayload<Record<string, unknown>>;
export type Parse = (event: JsonObject) => Outcome;

/**
 * The schema as one generated function where Zod can, made when the first event comes: most contracts of a large set never
 * see one. Of an event that is huge only the first issue is told.
 */
export function parserOf(schema: Schema): Parse {
  let made: { plain: Schema; compiled: Schema } | undefined;
  let exact: Schema | undefined;
  return (event) => {
    if (exactNumbersExist() && holdsExactNumber(event)) {
      exact ??= takesExactNumbers(schema);
      return run(exact, event, context(false));
    }
    made ??= compiled(forJsonNumbers(schema));
    const outcome = run(made.compiled, event, context(true));
    if (outcome.issues.length === 0 || hasMoreValuesThan(event, maxExplainedValues)) return outcome;
    return run(made.plain, event, context(false));
  };
}

/** The same, not generated and with all issues of each event. */
export function parserOfAll(schema: Schema): Parse {
  const plain = forJsonNumbers(schema);
  let exact: Schema | undefined;
  return (event) => {
    if (!exactNumbersExist() || !holdsExactNumber(event)) return run(plain, event, context(false));
    exact ??= takesExactNumbers(schema);
    return run(exact, event, context(false));
  };
}

function compiled(plain: Schema): { plain: Schema; compiled: Schema } {
  try {
    return { plain, compiled: z.compile(plain, { strict: true }) };
  } catch (error) {
    if (error instanceof z.ZodCompileUnsupportedError) return { plain, compiled: plain };
    throw error;
  }
}

/**
 * `abortEarly` is Zod's own way to stop at the first fault; its types tell of it only where Zod itself sets it. New for
 * each parse: Zod notes in it that the generated function has failed.
 */
const context = (abortEarly: boolean) => ({ async: false, abortEarly }) as z.core.ParseContextInternal;

/** Zod's parser without `safeParse`, whose error objects cost more than all the rest of a failed parse. */
function run(schema: Schema, value: JsonObject, how: z.core.ParseContextInternal): Outcome {
  const outcome = schema._zod.run({ value, issues: [] }, how);
  if (!(outcome instanceof Promise)) return outcome as Outcome;
  // A contract's check that waits for something; Zod itself refuses that as an error.
  outcome.catch(() => undefined);
  throw new z.core.$ZodAsyncError();
}
