// Bodies of many events, made as they are sent: each transaction has an id of its own, counted up.
import { restOfTransaction } from './transaction.mjs';

/** NDJSON of `count` transactions whose ids begin with `run` (8 hex digits) and count from `from`. */
export function ndjsonBody(run, from, count) {
  const lines = [];
  for (let at = from; at < from + count; at++)
    lines.push(
      `{"event_id":"${run}-0000-4000-8000-${at.toString(16).padStart(12, '0')}",${restOfTransaction}`,
    );
  return Buffer.from(lines.join('\n'));
}
