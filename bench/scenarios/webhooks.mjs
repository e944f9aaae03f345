// A sender of single events (64 connections) that drifts, or of whose events some are hopeless, beside a clean one.
import { check } from '../figures.mjs';
import { postSingles } from '../load/single.mjs';
import { driftedText, restOfDrifted, restOfHopeless, transactionText } from '../load/transaction.mjs';
import { startSentinel } from '../sentinel-process.mjs';
import { checkRows } from './singles.mjs';

export const everyRound = true;
const connections = 64;

export async function run({ figures, options: { seconds } }) {
  await measure(figures, 'clean', { seconds });
  await measure(figures, 'drifted', { seconds, rest: restOfDrifted, first: driftedText() });
  for (const percent of [1, 10])
    await measure(figures, `${percent} % unrepairable`, {
      seconds,
      other: restOfHopeless,
      every: 100 / percent,
    });
}

async function measure(figures, name, { first = transactionText(), ...load }) {
  const sentinel = await startSentinel();
  // One event ahead, so that a rule is learned, and the table there, before the clock runs.
  await fetch(`${sentinel.url}/ingest`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: first,
  });
  await sentinel.drained(performance.now(), 1);
  const cpuBefore = sentinel.cpuSeconds();
  const start = performance.now();
  const result = await postSingles(`${sentinel.url}/ingest`, { connections, ...load });
  check(result.errors + result.non2xx === 0, `${result.non2xx} refused, ${result.errors} failed`);
  const accepted = await sentinel.acceptedAtRest();
  const hopeless = load.every === undefined ? 0 : Math.floor((accepted - 1) / load.every);
  const seconds = await sentinel.loaded(start, accepted - hopeless);
  const { stats } = await sentinel.drained(start, accepted);
  check(stats.dead_letters === hopeless, `${hopeless} were hopeless, ${stats.dead_letters} are dead letters`);
  await checkRows(sentinel, accepted - hopeless);
  figures.record(`loaded from single POSTs, ${name} (events/s)`, (accepted - hopeless) / seconds);
  figures.record(
    `CPU, single POSTs, ${name} (µs/event)`,
    ((sentinel.cpuSeconds() - cpuBefore) / accepted) * 1e6,
  );
  await sentinel.stop();
}
