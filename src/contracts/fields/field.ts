import { z } from 'zod';
import type { Json, JsonObject } from '../../model/json.ts';
import { isOurs } from '../zod/authors-code.ts';
import type { ViolationCode } from '../../model/violation.ts';

/** Why a field's value was refused: what was wrong, and what the contract wants instead (`decimal > 0`). */
export class Breach {
  readonly code: ViolationCode;
  readonly expected: string;

  constructor(code: ViolationCode, expected: string) {
    this.code = code;
    this.expected = expected;
  }
}

/** Where a field's `Breach` travels in a Zod issue. */
export const breachParam = 'breach';

/**
 * Makes a Zod schema of a reader: a function that returns the coerced value, or a `Breach` when it would have to
 * guess or lose something. `metadata` is the JSON Schema of what the reader accepts, with the `x-…` hints of
 * columns.ts and define.ts; readers are opaque to Zod, so it can't be derived.
 */
export function field<T extends Json>(
  metadata: JsonObject,
  read: (value: unknown) => T | Breach,
): z.ZodPipe<z.ZodUnknown, z.ZodTransform<T>> {
  const reader = z.unknown().transform((value, context): T => {
    const result = read(value);
    if (!(result instanceof Breach)) return result;
    context.issues.push({ code: 'custom', input: value, params: { [breachParam]: result } });
    return z.NEVER;
  });
  isOurs(reader.def.out);
  return reader.meta(metadata);
}
