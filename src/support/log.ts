import { isatty } from 'node:tty';
import { pino, type DestinationStream, type Logger as PinoLogger } from 'pino';
import type prettyFactory from 'pino-pretty';
import type { LogConfig } from '../config/types.ts';
import { SentinelError } from '../model/errors.ts';
import { requirePackage } from './require-package.ts';

export type Logger = PinoLogger;

const stdout = 1;
const stderr = 2;
/** One for all loggers of a thread, so that their lines stay in order and one exit hook is enough. */
const jsonStreams = new Map<number, DestinationStream>();
const secretKeys = ['authorization', 'token', 'apiKey', 'api_key', 'password', 'secret', 'cookie'];
const eventKeys = ['event', 'raw', 'original', 'payload', 'body', 'result', 'values'];

/**
 * Structured log to standard output, or to the errors': JSON lines with ISO `time`, `level` as a word and `msg`, or readable text on a
 * terminal. Works the same in a worker thread. Secrets and event bodies never appear, whoever passes them.
 */
export function createLogger(
  config: LogConfig,
  options: {
    destination?: DestinationStream;
    /** Is shown each line as well, as JSON. */
    tap?: (line: string) => void;
  } = {},
): Logger {
  const destination = options.destination ?? openStandard(config, config.toStderr === true ? stderr : stdout);
  return pino(
    {
      level: config.level,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { err: (error) => describeError(error), error: (error) => describeError(error) },
      redact: {
        paths: [...secretKeys, ...eventKeys].flatMap((key) => [key, `*.${key}`, `*.*.${key}`]),
        censor: '[redacted]',
      },
    },
    options.tap === undefined ? destination : tapped(destination, options.tap),
  );
}

function tapped(
  destination: DestinationStream & { flushSync?: () => void },
  tap: (line: string) => void,
): DestinationStream & { flushSync: () => void } {
  return {
    write(line) {
      destination.write(line);
      tap(line);
    },
    // The logger calls it after a fatal line.
    flushSync: () => destination.flushSync?.(),
  };
}

function openStandard(config: LogConfig, fd: number): DestinationStream {
  const terminal = isatty(fd);
  if (config.format === 'pretty' || (config.format === 'auto' && terminal)) {
    // Loaded only where it is used, and without waiting, as a logger is needed before anything else.
    const pretty = requirePackage<typeof prettyFactory>('pino-pretty');
    return pretty({
      destination: fd,
      sync: true,
      colorize: terminal && process.env['NO_COLOR'] === undefined,
      ignore: 'pid,hostname',
      translateTime: 'SYS:HH:MM:ss.l',
    });
  }
  const stream = jsonStreams.get(fd) ?? openJson(fd);
  jsonStreams.set(fd, stream);
  return stream;
}

function openJson(fd: number): DestinationStream & { flushSync: () => void } {
  const destination = pino.destination({ fd, sync: false });
  // Why a thread dies must not wait in a write that ends with it.
  const lastWords = pino.destination({ fd, sync: true });
  // pino does this itself on the main thread only.
  process.once('exit', () => destination.flushSync());
  return {
    write(line) {
      if (!isFatal(line)) return void destination.write(line);
      destination.flushSync();
      lastWords.write(line);
    },
    flushSync: () => destination.flushSync(),
  };
}

/** Of a line of JSON, which begins with its level. */
export const isFatal = (line: string): boolean => line.startsWith('{"level":"fatal"');

/** Logged as `err`: the error without its stack and those of its causes. */
export class WithoutStack {
  readonly error: unknown;

  constructor(error: unknown) {
    this.error = error;
  }
}

interface ErrorDescription {
  type: string;
  message: string;
  code?: string;
  retryable?: boolean;
  stack?: string;
  cause?: ErrorDescription;
}

/**
 * An error as a log shows it. Our own messages hold no customer value; those of other libraries may quote one
 * (`JSON.parse` does), so what they quote is left out.
 */
export function describeError(error: unknown, depth = 0, stacks = true): ErrorDescription {
  if (error instanceof WithoutStack) return describeError(error.error, depth, false);
  if (!(error instanceof Error)) return { type: typeof error, message: 'not an Error; its text is left out' };
  const { code, syscall } = error as { code?: unknown; syscall?: unknown };
  const own = error instanceof SentinelError || syscall !== undefined;
  const description: ErrorDescription = {
    type: error.name,
    message: own ? error.message : withoutQuotes(error.message),
  };
  if (typeof code === 'string') description.code = code;
  if (error instanceof SentinelError) description.retryable = error.retryable;
  const frames = error.stack?.split('\n').filter((line) => /^\s+at /.test(line)) ?? [];
  if (stacks && frames.length > 0) description.stack = frames.join('\n');
  if (error.cause !== undefined && depth < 5)
    description.cause = describeError(error.cause, depth + 1, stacks);
  return description;
}

/** From the first quotation mark to the last: what is quoted may hold quotation marks itself. */
const withoutQuotes = (message: string): string => message.replace(/["'`][\s\S]*["'`]/, '…').slice(0, 1000);
