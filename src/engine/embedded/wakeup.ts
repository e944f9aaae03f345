import { BroadcastChannel } from 'node:worker_threads';

/** What the threads that share a folder tell each other. Only hints: the truth is in the store. */
type Hint = { topic: string } | { keys: string[] };

export interface Wakeup {
  /** Tells the consumers of this topic, in every thread. */
  published(topic: string): void;
  /** Tells the watchers of these state keys: those of this thread now, the others in the next turn of the event loop. */
  changed(keys: readonly string[]): void;
  /** Both return the way to stop listening. */
  onPublished(topic: string, listener: () => void): () => void;
  onChanged(listener: (keys: readonly string[]) => void): () => void;
  close(): void;
}

/**
 * Least time between two hints to other threads about one topic: under load there is a commit every millisecond, and
 * each hint wakes a thread that is busy anyway.
 */
const hintEveryMs = 4;

/** `folder`: the resolved path, the same in every thread. */
export function createWakeup(folder: string): Wakeup {
  const channel = new BroadcastChannel(`data-sentinel:${folder}`);
  const topicListeners = new Map<string, Set<() => void>>();
  /** By topic: when the others were told last, and the timer that tells them next. */
  const told = new Map<string, { at: number; timer: NodeJS.Timeout | undefined }>();
  /** Keys that the other threads are told of next: a commit ends hundreds of writes in one turn. */
  let untold: string[] = [];
  let closed = false;
  const keyListeners = new Set<(keys: readonly string[]) => void>();

  function deliver(hint: Hint): void {
    if ('topic' in hint) {
      for (const listener of topicListeners.get(hint.topic) ?? []) listener();
    } else {
      for (const listener of keyListeners) listener(hint.keys);
    }
  }
  function tellOthers(topic: string): void {
    const now = performance.now();
    const last = told.get(topic);
    if (last?.timer !== undefined) return;
    const wait = last === undefined ? 0 : last.at + hintEveryMs - now;
    if (wait <= 0) {
      told.set(topic, { at: now, timer: undefined });
      channel.postMessage({ topic } satisfies Hint);
      return;
    }
    const timer = setTimeout(() => {
      told.delete(topic);
      if (!closed) tellOthers(topic);
    }, wait);
    told.set(topic, { at: now, timer: timer.unref() });
  }
  function tellKeys(): void {
    if (untold.length > 0 && !closed) channel.postMessage({ keys: untold } satisfies Hint);
    untold = [];
  }
  channel.onmessage = (event: unknown) => deliver((event as { data: Hint }).data);
  channel.unref(); // a listener alone is no reason to keep the process alive

  return {
    published(topic) {
      if (closed) return;
      tellOthers(topic);
      deliver({ topic }); // a channel does not hear itself
    },
    changed(keys) {
      if (closed || keys.length === 0) return;
      if (untold.length === 0) setImmediate(tellKeys);
      for (const key of keys) untold.push(key);
      for (const listener of keyListeners) listener(keys);
    },
    onPublished(topic, listener) {
      const listeners = topicListeners.get(topic) ?? new Set();
      topicListeners.set(topic, listeners.add(listener));
      return () => listeners.delete(listener);
    },
    onChanged(listener) {
      keyListeners.add(listener);
      return () => keyListeners.delete(listener);
    },
    close() {
      tellKeys();
      closed = true;
      for (const { timer } of told.values()) clearTimeout(timer);
      channel.close();
    },
  };
}
