// kill -9 with many events pending: how long until the service is ready, and until it loads.
import { sendCounted } from '../load/send-counted.mjs';
import { startSentinel } from '../sentinel-process.mjs';
import { checkRows } from './singles.mjs';

export async function run({ figures, options }) {
  const sentinel = await startSentinel();
  await sentinel.setPaused(true);
  await sendCounted(sentinel, 'aaaaaaaa', 0, options.pending);
  await sentinel.setPaused(false);
  const before = (await sentinel.stats()).loaded;
  const { began, readySeconds } = await sentinel.crashAndRestart();
  figures.record('restart, to ready (s)', readySeconds);
  figures.record('restart, to first load (s)', await sentinel.loaded(began, before + 1));
  await sentinel.drained(began, options.pending);
  await checkRows(sentinel, options.pending);
  await sentinel.stop();
}
