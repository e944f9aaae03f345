import { inspect } from '../../../ingest/inspect.ts';
import { type JsonObject, isObject } from '../../../model/json.ts';
import { parseAnswer } from '../../plans/parse-plan.ts';
import type { Plan } from '../../../model/plan.ts';

export type Answer =
  | { kind: 'plan'; plan: Plan; reason: string | undefined }
  | { kind: 'refused'; reason: string }
  | { kind: 'invalid'; reason: string };

/** Longer answers are no plans: 64 operations fit many times over. */
const maxAnswerLength = 64_000;
/** Of the answer's JSON; a plan with the pairs of a `map` has five levels. */
const maxDepth = 8;

/** Reads what a model answered. Takes one JSON object, bare or in a Markdown fence; anything else is `invalid`. */
export function readAnswer(text: string): Answer {
  if (text.length > maxAnswerLength) return { kind: 'invalid', reason: 'the answer is too long' };
  const json = withoutFence(text);
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    return { kind: 'invalid', reason: 'the answer is not one JSON object' };
  }
  if (!isObject(value)) return { kind: 'invalid', reason: 'the answer is not a JSON object' };
  // A key that stands twice says two things; which of them is meant is not for us to choose.
  const inspected = inspect(json, value, maxDepth);
  if (!inspected.ok) return { kind: 'invalid', reason: complaints[inspected.error.code] };

  const { reason, operations, ...others } = value;
  const explanation =
    typeof reason === 'string' && reason.trim() !== '' ? reason.trim().slice(0, 300) : undefined;
  const hasPlan = Array.isArray(operations) && operations.length > 0;
  if (!hasPlan && explanation !== undefined && Object.keys(others).length === 0)
    return { kind: 'refused', reason: explanation };
  if (!Array.isArray(operations))
    return { kind: 'invalid', reason: 'the answer has neither "operations" nor a "reason"' };

  // Any other key is the model's to justify.
  const parsed = parseAnswer({ ...others, operations: operations.map(fromWire) });
  return parsed.kind === 'plan' ? { ...parsed, reason: explanation } : parsed;
}

const complaints = {
  too_deep: 'the answer is nested too deeply',
  duplicate_key: 'the answer has the same key twice',
  number_out_of_range: 'the answer has a number that is too large',
  number_too_long: 'the answer has a number that is too long',
  forbidden_key: 'the answer has a key "__proto__"',
} as const;

/** Both ends by themselves: one pattern for the whole takes minutes for an answer of 60,000 line breaks. */
export function withoutFence(text: string): string {
  const trimmed = text.trim();
  const opening = /^```(?:json)?\s*\n/.exec(trimmed)?.[0];
  if (opening === undefined || !trimmed.endsWith(fence) || trimmed.length < opening.length + fence.length)
    return text;
  return trimmed.slice(opening.length, -fence.length);
}

const fence = '```';

/** Undoes what a strict response format needs: absent fields spelled `null`, `map` values as a list of pairs. */
function fromWire(operation: unknown): unknown {
  if (!isObject(operation)) return operation;
  const fields = Object.entries(operation).filter(([, value]) => value !== null);
  return Object.fromEntries(
    fields.map(([name, value]) => [
      name,
      name === 'values' && Array.isArray(value) ? pairsToRecord(value) : value,
    ]),
  );
}

function pairsToRecord(pairs: unknown[]): unknown {
  const complete = pairs.every(
    (pair): pair is JsonObject => isObject(pair) && typeof pair['in'] === 'string' && 'out' in pair,
  );
  if (!complete || new Set(pairs.map((pair) => pair['in'])).size < pairs.length) return pairs;
  return Object.fromEntries(pairs.map((pair) => [pair['in'], pair['out']]));
}
