import { maskPrivate } from '../../../contracts/pii.ts';
import type { Json, JsonObject } from '../../../model/json.ts';
import { segmentsOf } from '../../../model/pointer.ts';
import { listedValues } from '../../plans/schema-paths.ts';
import type { Violation } from '../../../model/violation.ts';
import type { Failure } from '../../healing/healer.ts';
import { contractView } from './contract-view.ts';
import { type Focus, focusOf } from './focus.ts';
import { instructions } from './instructions.ts';
import { keyMaskOf } from './key-mask.ts';
import { withoutValues } from './scrub.ts';
import { boundedEvent, shapeOf } from './shape.ts';

export interface ChatMessage {
  role: 'system' | 'user' | 'assistant';
  content: string;
}

/**
 * The conversation's opening for a failed event. Holds the event's shape, or its values when `shareValues` is set; of
 * `valid`, which the same sender sent before, shapes only.
 */
export function openingMessages(
  failure: Failure,
  options: { shareValues: boolean; valid?: readonly JsonObject[] },
): ChatMessage[] {
  const { contract, event, violations } = failure;
  const focus = focusOf(event, contract.jsonSchema, violations);
  const { schema, excerpt } = contractView(contract.jsonSchema, event, focus);
  const document = {
    contract: {
      name: contract.name,
      version: contract.version,
      json_schema: schema,
      ...(excerpt ? { json_schema_is: 'an excerpt: the parts around the failure' } : undefined),
      aliases: boundedAliases(contract.aliases),
    },
    violations: describeViolations(violations, failure),
    event_shape: shapeOf(event, focus),
    ...validShapes(options.valid ?? [], failure, focus),
    ...(options.shareValues ? { event: boundedEvent(maskPrivate(contract.pii)(event)) } : undefined),
  };
  return [
    { role: 'system', content: instructions },
    { role: 'user', content: JSON.stringify(document) },
  ];
}

const maxValidShapes = 3;
/** Events that are looked at for other shapes. */
const maxValidSeen = 12;
const maxValidLength = 6000;

/** How the sender wrote what the contract accepted: a few shapes that differ. */
function validShapes(
  valid: readonly JsonObject[],
  { contract }: Failure,
  focus: Focus,
): { valid_shapes?: Json[] } {
  const shapes = new Map<string, Json>();
  let length = 0;
  for (const event of valid.slice(-maxValidSeen).toReversed()) {
    const shape = shapeOf(
      event,
      { ...focus, contractWord: () => undefined },
      keyMaskOf(event, contract.jsonSchema),
    );
    const text = JSON.stringify(shape);
    if (shapes.has(text) || length + text.length > maxValidLength) continue;
    length += text.length;
    shapes.set(text, shape);
    if (shapes.size === maxValidShapes) break;
  }
  return shapes.size === 0 ? {} : { valid_shapes: [...shapes.values()] };
}

/** Tells the model why its answer was not taken, so that the next one can be better. */
export function feedbackMessages(
  answer: string,
  complaint: string,
  remaining: readonly Violation[],
  failure: Failure,
): ChatMessage[] {
  const feedback = {
    refused_because: complaint,
    ...(remaining.length > 0
      ? { violations_after_your_plan: describeViolations(remaining, failure) }
      : undefined),
    answer_with: 'one JSON object: another plan, or a refusal',
  };
  return [
    { role: 'assistant', content: answer.slice(0, maxEchoLength) },
    { role: 'user', content: JSON.stringify(feedback) },
  ];
}

const maxEchoLength = 4000;
const maxViolations = 30;
const maxAliases = 200;

/**
 * Bounded, and without the message, which is written for people. `expected` is the contract's own word, except that a
 * check which an author wrote may have put the event's value into it.
 */
function describeViolations(violations: readonly Violation[], failure: Failure): object[] {
  const { event, contract } = failure;
  const mask = keyMaskOf(event, contract.jsonSchema);
  return violations.slice(0, maxViolations).map(({ path, code, expected, found }) => ({
    path: mask.shownPointer(path).slice(0, 256),
    code,
    expected: (code === 'custom' ? withoutValues(mask.withoutKeys(expected), event) : expected).slice(0, 200),
    found,
    ...allowedAt(contract, path),
  }));
}

const maxAllowed = 40;

/** The contract's own words, which are all that a map may make. */
function allowedAt({ jsonSchema }: Failure['contract'], path: string): { allowed?: Json[] } {
  const allowed = listedValues(jsonSchema, segmentsOf(path)).slice(0, maxAllowed);
  return allowed.length === 0 ? {} : { allowed };
}

function boundedAliases(aliases: Failure['contract']['aliases']): JsonObject {
  const entries = Object.entries(aliases).slice(0, maxAliases);
  return Object.fromEntries(entries.map(([path, names]) => [path, names.slice(0, 20)]));
}
