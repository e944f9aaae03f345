import { BroadcastChannel } from 'node:worker_threads';

/** What the threads that share a folder tell each other. Only hints: the truth is in the store. */
type Hint = { topic: string } | { keys: string[] };

export interface Wakeup {
  /** Tells the consumers of this topic, in every thread. */
  published(topic: string): void;
  /** Tells the watchers of these state keys, in every thread. */
  changed(keys: string[]): void;
  /** Both return the way to stop listening. */
  onPublished(topic: string, listener: () => void): () => void;
  onChanged(listener: (keys: readonly string[]) => void): () => void;
  close(): void;
}

/** `folder`: the resolved path, the same in every thread. */
export function createWakeup(folder: string): Wakeup {
  const channel = new BroadcastChannel(`data-sentinel:${folder}`);
  const topicListeners = new Map<string, Set<() => void>>();
  let closed = false;
  const keyListeners = new Set<(keys: readonly string[]) => void>();

  function deliver(hint: Hint): void {
    if ('topic' in hint) {
      for (const listener of topicListeners.get(hint.topic) ?? []) listener();
    } else {
      for (const listener of keyListeners) listener(hint.keys);
    }
  }
  function tell(hint: Hint): void {
    if (closed) return;
    channel.postMessage(hint);
    deliver(hint); // a channel does not hear itself
  }
  channel.onmessage = (event: unknown) => deliver((event as { data: Hint }).data);
  channel.unref(); // a listener alone is no reason to keep the process alive

  return {
    published: (topic) => tell({ topic }),
    changed: (keys) => tell({ keys }),
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
      closed = true;
      channel.close();
    },
  };
}
