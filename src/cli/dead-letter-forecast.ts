import type { ForecastOf } from '../api/client.ts';
import type { Json } from '../model/json.ts';
import { describePlan } from '../repair/plans/describe-plan.ts';
import { pointerOf } from '../model/pointer.ts';
import { type Leaf, differences } from '../repair/plans/provenance/differences.ts';
import { printable } from './table.ts';

type EditDryRun = ForecastOf<'POST /api/v1/dead-letters/{id}/replay'>;
type CorrectionDryRun = ForecastOf<'POST /api/v1/dead-letters/correct'>;

/** What a dry run found, for a person to read before saying yes. */
export function forecastText(dryRun: EditDryRun): string {
  const { valid, violations, plan, by_hand: byHand, learnable, reason, fixes } = dryRun;
  const lines = [
    valid ? 'The corrected event is valid.' : 'The corrected event still breaks its contract:',
    ...violations.map(({ message }) => `  ${printable(message)}`),
  ];
  const operations = plan?.operations ?? [];
  if (operations.length > 0)
    lines.push('The correction:', ...describePlan({ operations }).map((line) => `  ${printable(line)}`));
  if (byHand.length > 0)
    lines.push(
      'Entered by hand, for this event alone:',
      ...byHand.map((pointer) => `  ${printable(pointer)}`),
      '(For all of its group: dead-letters export, correct the file, dead-letters import.)',
    );
  if (!learnable) lines.push(`It makes no rule: ${printable(reason ?? '')}.`);
  if (fixes !== null) lines.push(...fixesText(fixes));
  return lines.join('\n');
}

function fixesText(fixes: NonNullable<EditDryRun['fixes']>): string[] {
  const looked = `${fixes.cut ? 'the first ' : ''}${fixes.total} other open dead letters of this sender`;
  return [
    `As a rule it would repair ${fixes.would_repair} of ${looked} (${fixes.in_group} that failed in the same way); ${fixes.would_fail} would fail again.`,
    ...fixes.contradictions.map((found) => `But ${printable(found.reason)}.`),
    ...fixes.samples.flatMap(({ id, before, after }) => [`  ${id}`, ...changes(before, after)]),
  ];
}

/** What a correction of many letters would come to: counts, reasons, some letters before and after. */
export function correctionText(found: CorrectionDryRun): string[] {
  const { matched, tried, would_load, would_fail, failures, samples } = found;
  const of = tried < matched ? `Of the first ${tried}, ` : '';
  return [
    `${of}${would_load} would be sent back corrected, ${would_fail} would be left alone.`,
    ...failures.map(({ reason, count, id }) => `  ${count}: ${printable(reason)} (${id})`),
    ...samples.flatMap(({ id, before, after }) => [`  ${id}`, ...changes(before, after)]),
  ];
}

/** Of very many only the first are tried, and the others may be mended all the same. */
export const mendsNothing = ({ matched, tried, would_load }: CorrectionDryRun): boolean =>
  would_load === 0 && tried >= matched;

function changes(before: Json, after: Json): string[] {
  const { appeared, vanished } = differences(before, after);
  const line = (sign: string) => (leaf: Leaf) =>
    `    ${sign} ${printable(pointerOf(leaf.path))} ${printable(cut(JSON.stringify(leaf.value)))}`;
  const all = [...vanished.map(line('-')), ...appeared.map(line('+'))];
  return all.length > maxLines ? [...all.slice(0, maxLines), `    … ${all.length - maxLines} more`] : all;
}

const maxLines = 20;

const cut = (text: string): string => (text.length > 120 ? `${text.slice(0, 119)}…` : text);
