import { isUtf8 } from 'node:buffer';
import type { Problem } from '../../api/problem.ts';
import { type Result, fail, ok } from '../../model/result.ts';

/**
 * A form as JSON text: the field `payload`, when it is alone and holds JSON (GitHub, Slack), else an object of all fields; one
 * that comes several times is an array. Each value stays text.
 */
export function readForm(body: Buffer, maxFields: number): Result<string, Problem> {
  if (!isUtf8(body)) return fail(invalid('The form is not UTF-8.'));
  const form = new URLSearchParams(body.toString());
  const payload = form.get('payload')?.trim();
  if (form.size === 1 && payload !== undefined && /^[[{]/.test(payload)) return ok(payload);
  const fields = new Map<string, string[]>();
  let count = 0;
  for (const [name, value] of form) {
    if (name === '__proto__') return fail(invalid('The field "__proto__" is not allowed.'));
    if (++count > maxFields) return fail(invalid(`At most ${maxFields} fields are taken.`));
    const values = fields.get(name);
    if (values === undefined) fields.set(name, [value]);
    else values.push(value);
  }
  if (fields.size === 0) return fail(invalid('The form has no field.'));
  const members = [...fields].map(
    ([name, values]) => `${JSON.stringify(name)}:${JSON.stringify(values.length === 1 ? values[0] : values)}`,
  );
  return ok(`{${members.join(',')}}`);
}

const invalid = (detail: string): Problem => ({
  status: 400,
  code: 'invalid_form',
  title: 'Invalid form',
  detail,
});
