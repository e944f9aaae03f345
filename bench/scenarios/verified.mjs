// Single events (64 connections), all signed: to a source that looks at no signature, to one that verifies it, and to one that
// also knows each delivery by its id. One service, in turns.
import { check } from '../figures.mjs';
import { postSigned } from '../load/single.mjs';
import { startSentinel } from '../sentinel-process.mjs';
import { checkRows } from './singles.mjs';

export const everyRound = true;
export const ownOnly = true;
const connections = 64;
const secret = 'a secret of the sender';
const verify = { type: 'github', secret_env: 'BENCH_SECRET' };
const kinds = [
  ['not verified', 'open', false],
  ['verified', 'signed', false],
  ['verified, with ids', 'signed', true],
];

export async function run({ figures, options: { seconds } }) {
  const sentinel = await startSentinel({
    config: { sources: { signed: { verify } } },
    env: { BENCH_SECRET: secret },
  });
  let accepted = 0;
  const send = async (source, ids, forSeconds) => {
    const load = { connections, seconds: forSeconds, secret, ids };
    const result = await postSigned(`${sentinel.url}/ingest/${source}`, load);
    check(result.errors + result.non2xx === 0, `${result.non2xx} refused, ${result.errors} failed`);
    const before = accepted;
    accepted = await sentinel.acceptedAtRest();
    return accepted - before;
  };
  for (const [, source, ids] of kinds) await send(source, ids, 2); // the code is compiled
  await sentinel.drained(performance.now(), accepted);
  // Each is the first in its turn: whoever comes later finds code that is better compiled.
  kinds.unshift(kinds.pop());
  for (const [name, source, ids] of kinds) {
    const cpuBefore = sentinel.cpuSeconds();
    const start = performance.now();
    const events = await send(source, ids, seconds);
    const drained = await sentinel.drained(start, accepted);
    figures.record(`loaded from single POSTs, ${name} (events/s)`, events / drained.seconds);
    const cpu = ((sentinel.cpuSeconds() - cpuBefore) / events) * 1e6;
    figures.record(`CPU, single POSTs, ${name} (µs/event)`, cpu);
  }
  await checkRows(sentinel, accepted);
  await sentinel.stop();
}
