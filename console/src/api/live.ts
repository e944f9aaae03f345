import { useSyncExternalStore } from 'react';
import { keepReading } from './sse.ts';
import { tokenStore } from './token.ts';
import type { Stats } from './types.ts';

export type Connection = 'connecting' | 'open' | 'lost';

export interface Live {
  connection: Connection;
  stats: Stats | undefined;
  /** No figures have come for some seconds, though the connection stands. */
  isStale: boolean;
  /** Events accepted per second, of the last two minutes, oldest first. */
  recentRates: readonly number[];
}

const keptRates = 120;
/** Figures come each second. */
const staleAfterMs = 5000;
/** Thousands of dead letters can come in a second; the lists are asked for again at this pace at most. */
const changePaceMs = 3000;

let live: Live = { connection: 'connecting', stats: undefined, isStale: false, recentRates: [] };
const listeners = new Set<() => void>();
let onDeadLetters = (): void => {};
let changeTimer: ReturnType<typeof setTimeout> | undefined;
let staleTimer: ReturnType<typeof setTimeout> | undefined;

function update(change: Partial<Live>): void {
  live = { ...live, ...change };
  for (const listener of listeners) listener();
}

/** Connects, and connects anew with each token. `whenDeadLettersChange` is called at a bounded pace. */
export function startLive(whenDeadLettersChange: () => void): () => void {
  onDeadLetters = whenDeadLettersChange;
  let stop = connect();
  let token = tokenStore.get();
  const unsubscribe = tokenStore.subscribe(() => {
    if (token === tokenStore.get()) return;
    token = tokenStore.get();
    stop();
    stop = connect();
  });
  return () => {
    unsubscribe();
    stop();
  };
}

function connect(): () => void {
  return keepReading('/api/v1/stream', {
    onState: (connection) => {
      update({ connection, isStale: false });
      expectStats();
    },
    onEvent: ({ event, data }) => {
      if (event === 'stats') takeStats(JSON.parse(data) as Stats);
      else if (event === 'dead_letter')
        changeTimer ??= setTimeout(() => {
          changeTimer = undefined;
          onDeadLetters();
        }, changePaceMs);
    },
  });
}

function expectStats(): void {
  clearTimeout(staleTimer);
  staleTimer = setTimeout(() => update({ isStale: true }), staleAfterMs);
}

function takeStats(stats: Stats): void {
  expectStats();
  const rate = stats.rates['accepted_per_second'];
  const recentRates = rate === undefined ? live.recentRates : [...live.recentRates, rate].slice(-keptRates);
  update({ stats, recentRates, isStale: false, connection: 'open' });
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function useLive(): Live {
  return useSyncExternalStore(subscribe, () => live);
}
