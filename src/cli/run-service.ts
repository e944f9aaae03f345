import { EventEmitter, once } from 'node:events';
import type { Config } from '../config/load.ts';
import { fileOf } from '../config/destinations.ts';
import { collectWhenIdle } from '../support/idle-gc.ts';
import { allowNoMoreThan } from '../support/umask.ts';
import { createLogger, type Logger } from '../support/log.ts';
import { type LogRing, createLogRing } from '../support/log-ring.ts';
import { banner } from './banner.ts';
import { print, type Io } from './io.ts';

interface Service {
  url: string;
  close(): Promise<void>;
}

/** Starts the service, and resolves when a signal has ended it in good order. A second signal ends it at once. */
export async function runService(
  io: Io,
  config: Config,
  start: (options: { log: Logger; logs: LogRing }) => Promise<Service>,
): Promise<void> {
  const logs = createLogRing();
  const log = createLogger(config.log, { tap: logs.add });
  const stopped = stopSignal();
  void stopped.received.then((signal) => endInTime(log, () => stopped.endAtOnce(signal)));
  // Those in the data folder are protected by the folder.
  const databases = [config.destination, ...config.destinations].flatMap((each) => fileOf(each) ?? []);
  await allowNoMoreThan(databases);
  const service = await start({ log, logs });
  collectWhenIdle();
  if (io.columns !== undefined) print(io, await banner(service.url, config));
  const signal = await stopped.received;
  log.info(
    { status: 'stopping', signal },
    `${signal}: finishing the work in hand; send it again to stop at once`,
  );
  await service.close();
  stopped.release();
}

/** Longer than running batches and steps are waited for; a start that hangs is waited for as long. */
const stopsWithinMs = 20_000;

/** Whatever does not end in time is ended: what is accepted is on disk, and goes on after the next start. */
function endInTime(log: Logger, endAtOnce: () => void): void {
  setTimeout(() => {
    log.fatal(
      { status: 'failed', code: 'stop_overdue' },
      `not stopped after ${stopsWithinMs / 1000} s: the process ends, the events stay in the queue`,
    );
    endAtOnce();
  }, stopsWithinMs).unref();
}

/** SIGHUP: the terminal or the session of the service was closed. */
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

interface StopSignal {
  received: Promise<NodeJS.Signals>;
  release: () => void;
  endAtOnce: (signal: NodeJS.Signals) => void;
}

/** Listens from before the start on, so that a signal in the midst of it is not lost. */
function stopSignal(): StopSignal {
  const heard = new EventEmitter();
  const received = once(heard, 'signal').then(([signal]) => signal as NodeJS.Signals);
  let count = 0;
  const listener = (signal: NodeJS.Signals): void => {
    count++;
    if (count > 1) endAtOnce(signal);
    heard.emit('signal', signal);
  };
  for (const signal of signals) process.on(signal, listener);
  const release = (): void => {
    for (const signal of signals) process.off(signal, listener);
  };
  // The default action of a signal. `process.exit` would wait for each thread, and one may hang in a library's native code.
  const endAtOnce = (signal: NodeJS.Signals): void => {
    release();
    process.kill(process.pid, signal);
  };
  return { received, release, endAtOnce };
}
