// What the service costs when nothing comes.
import { setTimeout as sleep } from 'node:timers/promises';
import { startSentinel } from '../sentinel-process.mjs';

const settleSeconds = 10;
const watchSeconds = 20;

export async function run({ figures }) {
  const sentinel = await startSentinel();
  await sleep(settleSeconds * 1000);
  const before = sentinel.cpuSeconds();
  await sleep(watchSeconds * 1000);
  figures.record('idle, CPU (%)', ((sentinel.cpuSeconds() - before) / watchSeconds) * 100);
  const { resident, anonymous } = sentinel.memory();
  figures.record('idle, resident memory (MB)', resident);
  figures.record('idle, of that not page cache (MB)', anonymous);
  await sentinel.stop();
}
