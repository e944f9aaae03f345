import { escapeSegment } from '../../../model/pointer.ts';
import { isAnyNumber } from '../../../model/exact-number.ts';
import { type Json, isContainer } from '../../../model/json.ts';
import { looksLikeValue } from './text-class.ts';

/**
 * A reason, with every longer text or number of the event in it blacked out, and every key that looks like one: a
 * second lock behind the rule that reasons hold no values, because this one is about to leave the process.
 */
export function withoutValues(reason: string, event: Json): string {
  let clean = reason;
  const blackOut = (text: string): void => {
    if (text.length >= shortest && clean.includes(text)) clean = clean.replaceAll(text, '<value>');
  };
  const pending: Json[] = [event];
  for (let value = pending.pop(); value !== undefined; value = pending.pop()) {
    if (typeof value === 'string' || isAnyNumber(value)) {
      blackOut(String(value));
    } else if (isContainer(value)) {
      for (const [key, item] of Object.entries(value)) {
        if (looksLikeValue(key) && !Array.isArray(value)) {
          blackOut(key);
          blackOut(escapeSegment(key));
        }
        pending.push(item);
      }
    }
  }
  // Cut last: a value that is cut in two is found no more.
  return clean.slice(0, 500);
}

/** Shorter texts are everywhere by chance ("no", "1") and tell nobody anything. */
const shortest = 3;
