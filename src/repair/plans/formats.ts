import { type Json, sameJson } from '../../model/json.ts';
import type { CastType } from '../../model/plan.ts';
import { cast, mayBeGrouped } from './cast.ts';
import { otherOrders } from './dates.ts';

/**
 * What a value says about the format of a cast:
 * - `proves`: only this format reads it;
 * - `open`: another one reads it alike, as 04/04/2026;
 * - `ambiguous`: another one reads it as another value, as 03/04/2026;
 * - `contradicts`: only another one reads it;
 * - `unreadable`: none does, or it needs no format.
 */
export type FormatWitness = 'proves' | 'open' | 'ambiguous' | 'contradicts' | 'unreadable';

export function witnessOf(value: Json, to: CastType, format: string, zone?: Json): FormatWitness {
  const own = cast(value, to, format, zone);
  if (own.ok && sameJson(own.value, value)) return 'unreadable';
  if (mayBeGrouped(value)) return 'ambiguous';
  let isShared = false;
  for (const rival of rivalsOf(format)) {
    const other = cast(value, to, rival, zone);
    if (!other.ok) continue;
    if (!own.ok) return 'contradicts';
    if (!sameJson(own.value, other.value)) return 'ambiguous';
    isShared = true;
  }
  if (!own.ok) return 'unreadable';
  return isShared ? 'open' : 'proves';
}

/** The formats that a format may be mistaken for. */
export function rivalsOf(format: string): readonly string[] {
  const known = rivals.get(format);
  if (known !== undefined) return known;
  if (rivals.size >= maxKnown) rivals.clear();
  const found = confusable[format] ?? otherOrders(format);
  rivals.set(format, found);
  return found;
}

const confusable: Readonly<Record<string, readonly string[]>> = {
  unix: ['unix_ms'],
  unix_ms: ['unix'],
  '1,234.56': ['1.234,56'],
  '1.234,56': ['1,234.56'],
  '1234.56': ['1.234,56'],
  '1234,56': ['1,234.56'],
};

const rivals = new Map<string, readonly string[]>();
const maxKnown = 500;
