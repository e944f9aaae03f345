import type { Json } from '../../../json.ts';

/**
 * A reason, with every longer text or number of the event in it blacked out: a second lock behind the rule that
 * reasons hold no values, because this one is about to leave the process.
 */
export function withoutValues(reason: string, event: Json): string {
  let clean = reason.slice(0, 500);
  const pending: Json[] = [event];
  for (let value = pending.pop(); value !== undefined; value = pending.pop()) {
    if (typeof value === 'string' || typeof value === 'number') {
      const text = String(value).slice(0, 500);
      if (text.length >= shortest && clean.includes(text)) clean = clean.replaceAll(text, '<value>');
    } else if (typeof value === 'object' && value !== null) {
      for (const item of Object.values(value)) pending.push(item);
    }
  }
  return clean;
}

/** Shorter texts are everywhere by chance ("no", "1") and tell nobody anything. */
const shortest = 3;
