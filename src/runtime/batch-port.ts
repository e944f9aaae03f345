import type { MessagePort } from 'node:worker_threads';

const flushAfterMs = 100;
/** Items kept until they are sent; what comes beyond is dropped. */
const maxWaiting = 1000;

/** Hands a thread's items (log lines, spans) to the main thread, some at a time, as each message costs more than an item. */
export function sendBatches<T>(
  port: MessagePort,
  isUrgent: (item: T) => boolean = () => false,
): (item: T) => void {
  let waiting: T[] = [];
  let timer: NodeJS.Timeout | undefined;

  function flush(): void {
    timer = undefined;
    port.postMessage(waiting);
    waiting = [];
  }

  return (item) => {
    if (waiting.length < maxWaiting) waiting.push(item);
    // The thread may be about to end.
    if (isUrgent(item)) flush();
    else timer ??= setTimeout(flush, flushAfterMs).unref();
  };
}

/** The other end. The port does not keep the process alive. */
export function receiveBatches<T>(port: MessagePort, take: (item: T) => void): void {
  port.on('message', (items: T[]) => items.forEach(take));
  port.unref();
}
