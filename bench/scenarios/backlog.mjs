// Events that pile up while nothing is loaded: memory, and whether ingest slows down.
import { check } from '../figures.mjs';
import { startSentinel } from '../sentinel-process.mjs';
import { sendCounted } from '../load/send-counted.mjs';

const sample = 200_000;

export async function run({ figures, options }) {
  const sentinel = await startSentinel();
  await sentinel.setPaused(true);
  let sent = 0;
  const send = async (events) => {
    const { seconds } = await sendCounted(sentinel, 'aaaaaaaa', sent, events);
    sent += events;
    return events / seconds;
  };
  await send(sample); // both threads warm
  figures.record('backlog, accepted at its beginning (events/s)', await send(sample));
  let peak = 0;
  while (sent < options.backlog - sample) {
    await send(Math.min(500_000, options.backlog - sample - sent));
    peak = Math.max(peak, sentinel.memory().resident);
  }
  figures.record('backlog, accepted at its end (events/s)', await send(sample));
  const { resident, anonymous } = sentinel.memory();
  figures.record('backlog, resident memory (MB)', Math.max(peak, resident));
  figures.record('backlog, of that not page cache (MB)', anonymous);
  const { pending } = await sentinel.stats();
  check(pending === sent, `${sent} were sent, ${pending} are pending`);
  await sentinel.stop();
}
