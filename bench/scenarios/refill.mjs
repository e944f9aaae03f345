// The queue's store on disk, drained and filled again ten times.
import { sendCounted } from '../load/send-counted.mjs';
import { startSentinel } from '../sentinel-process.mjs';
import { checkRows } from './singles.mjs';

const refills = 10;

export async function run({ figures, options }) {
  const sentinel = await startSentinel();
  let sent = 0;
  for (let fill = 0; fill <= refills; fill++) {
    await sentinel.setPaused(true);
    await sendCounted(sentinel, 'aaaaaaaa', sent, options.events);
    sent += options.events;
    if (fill === 0) figures.record('queue store at its first peak (MB)', sentinel.queueOnDisk());
    if (fill === refills) figures.record('queue store after ten refills (MB)', sentinel.queueOnDisk());
    await sentinel.setPaused(false);
    await sentinel.drained(performance.now(), sent);
  }
  await checkRows(sentinel, sent);
  await sentinel.stop();
}
