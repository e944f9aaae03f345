import type { MessagePort } from 'node:worker_threads';
import { isFatal } from '../support/log.ts';

const flushAfterMs = 100;
/** Lines kept until they are sent; what comes beyond is in the log itself only. */
const maxWaiting = 1000;

/** Hands a thread's log lines to the main thread, some at a time, as each message costs more than a line. */
export function sendLines(port: MessagePort): (line: string) => void {
  let waiting: string[] = [];
  let timer: NodeJS.Timeout | undefined;

  function flush(): void {
    timer = undefined;
    port.postMessage(waiting);
    waiting = [];
  }

  return (line) => {
    if (waiting.length < maxWaiting) waiting.push(line);
    // The thread may be about to end.
    if (isFatal(line)) flush();
    else timer ??= setTimeout(flush, flushAfterMs).unref();
  };
}

/** The other end. The port does not keep the process alive. */
export function receiveLines(port: MessagePort, add: (line: string) => void): void {
  port.on('message', (lines: string[]) => lines.forEach(add));
  port.unref();
}
