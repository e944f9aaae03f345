import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Contract } from '../contracts/contract.ts';
import type { DeadLetter } from '../model/dead-letter.ts';
import type { FailedEvent } from '../model/event.ts';
import { parseExact } from '../model/exact-json.ts';
import type { JsonObject } from '../model/json.ts';
import type { HealingForecast } from '../repair/healing/forecast.ts';
import type { Validate } from '../validate/stage.ts';
import { factsOf } from './edit.ts';

/**
 * What would become of a letter's event if it were sent back now: `valid`; `repaired` by a known rule; `healed`, by what a healer
 * finds; `waits`, for the model or for a person's word on a rule; `invalid`, a dead letter again.
 */
export type TrialVerdict = 'valid' | 'repaired' | 'healed' | 'waits' | 'invalid';

export interface TrialDeps {
  contracts: { get(name: string, version: string): Contract | undefined };
  preview: Validate;
  /** Of events that failed together. */
  forecast(events: readonly FailedEvent[]): Promise<HealingForecast[]>;
}

/**
 * Tries letters that would be sent back together; nothing is changed or counted. Without `healers`, only contracts and rules are
 * asked. Other events get their turn in between.
 */
export async function tryAgain(
  { contracts, preview, forecast }: TrialDeps,
  letters: readonly DeadLetter[],
  { healers }: { healers: boolean },
): Promise<TrialVerdict[]> {
  const verdicts: TrialVerdict[] = [];
  const failed: { at: number; event: FailedEvent }[] = [];
  for (const [at, letter] of letters.entries()) {
    await contracts.get(letter.contract, letter.version)?.ready?.();
    const verdict = preview(parseExact(letter.raw) as JsonObject, factsOf(letter), 'as received');
    const isRow = verdict.kind === 'valid' || verdict.kind === 'repaired';
    verdicts.push(isRow ? verdict.kind : 'invalid');
    if (verdict.kind === 'invalid') failed.push({ at, event: failedAs(letter, verdict) });
    await nextTurn();
  }
  if (!healers) return verdicts;
  const forecasts = await forecast(failed.map(({ event }) => event));
  for (const [index, { at }] of failed.entries()) verdicts[at] = inVerdict[forecasts[index]!];
  return verdicts;
}

const inVerdict = { repaired: 'healed', waits: 'waits', dead_letter: 'invalid' } as const satisfies Record<
  HealingForecast,
  TrialVerdict
>;

function failedAs(
  { request_id, received_at, headers, raw }: DeadLetter,
  { contract, source, signature, violations }: Extract<ReturnType<Validate>, { kind: 'invalid' }>,
): FailedEvent {
  const { name, version } = contract;
  return { request_id, received_at, headers, raw, source, contract: name, version, signature, violations };
}
