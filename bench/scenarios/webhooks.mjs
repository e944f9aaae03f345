// A sender of single events (64 connections) that drifts, or of whose events some are hopeless, beside a clean one.
import { check } from '../figures.mjs';
import { postSingles } from '../load/single.mjs';
import { restOfDrifted, restOfHopeless } from '../load/transaction.mjs';
import { startSentinel } from '../sentinel-process.mjs';
import { checkRows } from './singles.mjs';

export const everyRound = true;
const connections = 64;

export async function run({ figures, options: { seconds } }) {
  await measure(figures, 'clean', { seconds });
  await measure(figures, 'drifted', { seconds, rest: restOfDrifted });
  for (const percent of [1, 10])
    await measure(figures, `${percent} % unrepairable`, {
      seconds,
      other: restOfHopeless,
      every: 100 / percent,
    });
}

async function measure(figures, name, load) {
  const sentinel = await startSentinel();
  // Ahead of the clock: rules are learned, the table is there, and the code is compiled.
  await postSingles(`${sentinel.url}/ingest`, { connections, ...load, seconds: 2 });
  const before = await sentinel.acceptedAtRest();
  const { stats: first } = await sentinel.drained(performance.now(), before);
  const cpuBefore = sentinel.cpuSeconds();
  const start = performance.now();
  const result = await postSingles(`${sentinel.url}/ingest`, { connections, ...load });
  check(result.errors + result.non2xx === 0, `${result.non2xx} refused, ${result.errors} failed`);
  const accepted = (await sentinel.acceptedAtRest()) - before;
  const share = load.every === undefined ? 0 : 1 / load.every;
  const { stats } = await sentinel.drained(start, before + accepted);
  const seconds = (performance.now() - start) / 1000;
  const loaded = stats.loaded + stats.repaired - first.loaded - first.repaired;
  check(
    Math.abs(stats.dead_letters - (before + accepted) * share) <= 2,
    `${Math.round((before + accepted) * share)} were hopeless, ${stats.dead_letters} are dead letters`,
  );
  await checkRows(sentinel, before + accepted - stats.dead_letters);
  figures.record(`loaded from single POSTs, ${name} (events/s)`, loaded / seconds);
  figures.record(
    `CPU, single POSTs, ${name} (µs/event)`,
    ((sentinel.cpuSeconds() - cpuBefore) / accepted) * 1e6,
  );
  await sentinel.stop();
}
