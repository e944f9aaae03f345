import { runToEnd } from './single.mjs';

/** Sends `events` transactions with counted ids as NDJSON from a process of its own: { events, seconds }. */
export async function sendCounted(sentinel, run, from, events) {
  const output = await runToEnd(process.execPath, [
    new URL('./counted.mjs', import.meta.url).pathname,
    `${sentinel.url}/ingest`,
    run,
    String(from),
    String(events),
    '1000',
    '4',
  ]);
  return JSON.parse(output);
}
