import type { JsonObject } from '../../src/model/json.ts';
import { segmentsOf } from '../../src/model/pointer.ts';
import { grouped } from './grouped.ts';
import type { Verdict } from './judge.ts';
import { valuesAt } from './paths.ts';

/** What went wrong, for a person to look at: wrong ones first. */
export function failuresText(verdicts: readonly Verdict[], limit: number): string {
  const isFailure = ({ outcome, case: { expected } }: Verdict) =>
    outcome === 'wrong' ||
    (expected === 'refuse' ? outcome !== 'refused' : expected === 'repair' && outcome !== 'exact');
  const rank = ({ outcome, invented, case: { expected } }: Verdict) =>
    invented.length > 0 ? 0 : outcome === 'wrong' ? 1 : expected === 'refuse' ? 2 : 3;
  const failures = verdicts.filter(isFailure).toSorted((a, b) => rank(a) - rank(b));
  // Of what is merely refused, some of each kind say more than many of the first.
  const chosen = [...grouped(failures, (verdict) => `${rank(verdict)} ${verdict.case.kind}`).values()];
  const picked: Verdict[] = [];
  for (let depth = 0; picked.length < limit && chosen.some((group) => depth < group.length); depth++)
    picked.push(...chosen.flatMap((group) => group[depth] ?? []).slice(0, limit - picked.length));
  return picked.map(failureText).join('\n\n');
}

function failureText({ case: drift, outcome, reason, plan, result, invented }: Verdict): string {
  const { id, subject, expected, original, mutated, failure } = drift;
  const { touches, style, inverse } = drift.drift;
  const violations = failure.violations.map(({ path, code }) => `${path} ${code}`);
  const shown = (event: JsonObject) => touched(event, touches).join('\n              ');
  return [
    `${id}  ${subject.contract.name}: ${style}  (${outcome}, ${expected} expected)`,
    `  original    ${shown(original)}`,
    `  received    ${shown(mutated)}`,
    `  violations  ${violations.slice(0, 6).join(', ')}${violations.length > 6 ? ', …' : ''}`,
    ...(inverse.length === 0 ? [] : [`  inverse     ${clipped(inverse)}`]),
    ...(plan === undefined ? [] : [`  plan        ${clipped(plan.operations)}`]),
    ...(result === undefined ? [] : [`  result      ${shown(result.event)}`]),
    ...(reason === undefined ? [] : [`  reason      ${reason}`]),
    ...(invented.length === 0 ? [] : [`  INVENTED    ${invented.join(', ')}`]),
  ].join('\n');
}

/** Of an event what the drift touches; a webhook of 20 KB is unreadable as a whole. */
function touched(event: JsonObject, touches: readonly string[]): string[] {
  return touches.flatMap((path) => {
    const values = valuesAt(event, segmentsOf(path));
    return values.slice(0, 2).map((value) => `${path || 'event'} = ${clipped(value)}`);
  });
}

function clipped(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length <= 700 ? text : `${text.slice(0, 700)}… (${text.length} characters)`;
}
