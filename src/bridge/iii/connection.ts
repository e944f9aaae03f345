import type * as Sdk from 'iii-sdk';
import type { BridgeConfig } from '../../config/bridge.ts';
import { SentinelError, messageOf } from '../../model/errors.ts';
import type { Logger } from '../../support/log.ts';

/** A WebSocket to an engine that is opened again, for ever, whenever it is lost. */
export interface Connection {
  readonly client: Sdk.IIIClient;
  isOpen(): boolean;
  /** Calls the listener when the connection is lost; returns the way to stop. */
  whenLost(listener: () => void): () => void;
  close(): Promise<void>;
}

/** Of version 0.22, which has no event for it. */
interface WithState {
  connectionState?: string;
  setConnectionState?: (state: string) => void;
}

const reconnection = { initialDelayMs: 250, maxDelayMs: 10_000, backoffMultiplier: 2, jitterFactor: 0.3 };

/** Returns at once; `onOpen` is called each time that the engine is reached. Throws `config_invalid` without the package. */
export async function connect(
  { url, namespace }: BridgeConfig,
  { log, onOpen }: { log: Logger; onOpen: () => void },
): Promise<Connection> {
  // Events have no place in traces, whoever collects them in this process.
  process.env['III_DISABLE_TRACE_PAYLOADS'] ??= '1';
  const sdk = await loadSdk();
  const release = takeLines(log);
  const client = sdk.registerWorker(url, {
    workerName: namespace,
    workerDescription: 'Data Sentinel: validates, repairs and loads events, exactly once',
    otel: { enabled: false },
    enableMetricsReporting: false,
    reconnectionConfig: reconnection,
    telemetry: { project_name: namespace, framework: 'data-sentinel', language: 'en' },
  });
  let isOpen = false;
  const listeners = new Set<() => void>();
  watchState(client, (state) => {
    const opens = state === 'connected';
    if (opens === isOpen) return;
    isOpen = opens;
    if (opens) {
      log.info({ status: 'connected', url }, 'the bridge is connected to the III engine');
      // The SDK registers what it knows first.
      setImmediate(onOpen);
    } else {
      for (const listener of listeners) listener();
      log.warn(
        { status: 'away', code: 'bridge_away', url },
        'the III engine is away; the service goes on without it',
      );
    }
  });
  const late = setTimeout(() => {
    if (!isOpen)
      log.warn(
        { status: 'away', code: 'bridge_away', url },
        'the III engine is not reached yet; it is tried again',
      );
  }, 5000).unref();

  return {
    client,
    isOpen: () => isOpen,
    whenLost(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    async close() {
      clearTimeout(late);
      watchState(client, () => undefined);
      isOpen = false;
      for (const listener of listeners) listener();
      await client.shutdown();
      release();
    },
  };
}

async function loadSdk(): Promise<typeof Sdk> {
  try {
    return await import('iii-sdk');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw error;
    throw new SentinelError('config_invalid', 'bridge: the package is missing; npm install iii-sdk@0.22', {
      cause: error,
    });
  }
}

function watchState(client: object, listener: (state: string) => void): void {
  const own = client as WithState;
  if (typeof own.setConnectionState !== 'function')
    throw new SentinelError(
      'config_invalid',
      'bridge: this iii-sdk is of another version; npm install iii-sdk@0.22',
    );
  own.setConnectionState = (state) => {
    own.connectionState = state;
    listener(state);
  };
}

const methods = ['debug', 'log', 'warn', 'error'] as const;
const mark = /^\[(?:iii|OTel)\] /;

/** The SDK writes to the console of the process, between the lines of our log: they become lines of it. Returns the way back. */
function takeLines(log: Logger): () => void {
  const target = globalThis.console;
  const originals = methods.map((method) => target[method]);
  for (const [index, method] of methods.entries()) {
    const original = originals[index]!;
    target[method] = (...args: unknown[]) => {
      const [text, error] = args;
      if (typeof text !== 'string' || !mark.test(text)) return original.apply(target, args);
      const line = text.replace(mark, '');
      const refused = line.startsWith('Trigger registration failed');
      const because = error === undefined || error === '' ? '' : `: ${messageOf(error)}`;
      if (refused)
        log.warn(
          { status: 'failed', code: 'bridge_conflict' },
          `the III engine refuses a trigger, another worker may have it: ${line}`,
        );
      else log.debug({ code: 'bridge' }, `${line}${because}`);
    };
  }
  return () => {
    for (const [index, method] of methods.entries()) target[method] = originals[index]!;
  };
}
