import { expect } from 'vitest';
import type { Contract } from '../../src/contracts/contract.ts';
import { parseExact } from '../../src/model/exact-json.ts';
import type { JsonObject } from '../../src/model/json.ts';

export const event = (text: string): JsonObject => parseExact(text) as JsonObject;

/** Which events a contract takes, which not, and the type of the column of its field `a`. */
export function judge(
  contract: Contract,
  taken: string[],
  refused: string[],
  column: string | undefined,
): void {
  const verdicts = (texts: string[]): [string, boolean][] =>
    texts.map((text) => [text, contract.validate(event(text)).ok]);
  expect(verdicts(taken)).toEqual(taken.map((text) => [text, true]));
  expect(verdicts(refused)).toEqual(refused.map((text) => [text, false]));
  for (const text of refused) {
    const validation = contract.validate(event(text));
    expect(validation.ok ? [] : validation.violations.map(({ code }) => code)).not.toContain(
      'contract_failed',
    );
  }
  if (column !== undefined) expect(contract.columns.find(({ name }) => name === 'a')?.type.kind).toBe(column);
}
