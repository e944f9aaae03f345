import type { FieldCheck } from '../contract.ts';

/** Where none of the fields is there, a check of them says the same of every event, and need not be made again. */
export function rememberAbsence(fields: readonly string[], check: FieldCheck): FieldCheck {
  let known: ReturnType<FieldCheck>;
  return (event) => {
    for (const field of fields) if (event[field] !== undefined) return check(event);
    return (known ??= check(event));
  };
}
