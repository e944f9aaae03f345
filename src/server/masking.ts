import { maskAll, maskPrivate } from '../contracts/pii.ts';
import type { DeadLetter } from '../model/dead-letter.ts';
import { parseExact } from '../model/exact-json.ts';
import type { Json } from '../model/json.ts';
import type { ContractInfo } from '../observe/contract-info.ts';

export type Mask = (event: Json) => Json;
/** Hides what this contract calls private. */
export type MaskOf = (of: { contract: string; version: string }) => Mask;

/** Contracts change by a reload at most. */
const freshForMs = 5000;

/**
 * Hides what contracts call private (`pii`) from lists; the page of a letter or an event shows it whole. What is of a contract that
 * is not known here is masked by what any contract calls private, and wholly while no contract can be asked for.
 */
export function createMasking(
  contracts: () => Promise<ContractInfo[]>,
  now: () => number = Date.now,
): () => Promise<MaskOf> {
  let known: { at: number; masks: Map<string, Mask>; any: Mask } | undefined;

  async function read(): Promise<typeof known> {
    if (known !== undefined && now() - known.at < freshForMs) return known;
    const all = await contracts().catch(() => undefined);
    if (all === undefined) return known;
    const masks = new Map<string, Mask>();
    for (const { name, version, pii } of all) masks.set(`${name}@${version}`, maskPrivate(pii));
    const any = maskPrivate([...new Set(all.flatMap(({ pii }) => pii))]);
    return (known = { at: now(), masks, any });
  }

  return async () => {
    const found = await read();
    return ({ contract, version }) =>
      found === undefined ? maskAll : (found.masks.get(`${contract}@${version}`) ?? found.any);
  };
}

export function maskedLetter(letter: DeadLetter, maskOf: MaskOf): DeadLetter {
  const mask = maskOf(letter);
  const event = parseExact(letter.raw);
  const shown = mask(event);
  if (shown === event) return letter;
  const { repair, edited, edit: _, ...rest } = letter;
  return {
    ...rest,
    raw: JSON.stringify(shown),
    ...(edited === undefined ? undefined : { edited: JSON.stringify(mask(parseExact(edited))) }),
    ...(repair === undefined ? undefined : { repair: { ...repair, original: JSON.stringify(shown) } }),
  };
}
