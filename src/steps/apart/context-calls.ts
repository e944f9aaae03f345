import { type LimitedLog, limitLog } from '../../support/log-limit.ts';
import type { Logger } from '../../support/log.ts';
import type { Json, JsonObject } from '../../model/json.ts';
import { parseJson } from '../../model/exact-json.ts';
import type { StepContext } from '../step.ts';
import {
  type ContractAnswer,
  type ContractQuestion,
  type FromThread,
  type ToThread,
  toPlain,
} from './protocol.ts';

const linesPerSecond = 200;
const mostMessage = 10_000;

/** Carries out, on the pipeline's side, what the handler asks of its context. */
export class ContextCalls {
  readonly #post: (message: ToThread) => void;
  readonly #contexts = new Map<number, StepContext>();
  readonly #watches = new Map<number, () => void>();
  /** For what is asked when its run is over. */
  #latest: StepContext | undefined;
  #lines: LimitedLog | undefined;
  #asked = 0;

  constructor(post: (message: ToThread) => void) {
    this.#post = post;
  }

  begin(run: number, context: StepContext): void {
    this.#contexts.set(run, context);
    this.#latest = context;
  }

  end(run: number): void {
    this.#contexts.delete(run);
  }

  receive(message: Extract<FromThread, { run: number }>): void {
    const context = this.#contexts.get(message.run) ?? this.#latest;
    if (context === undefined) return;
    if ('line' in message) return this.#write(context.logger, message.line);
    const { call, method, args } = message;
    this.#carryOut(context, method, args).then(
      (value) => this.#post({ answer: call, value }),
      (error: unknown) => this.#post({ answer: call, error: toPlain(error) }),
    );
  }

  /** A step that writes without end fills no log. */
  #write(logger: Logger, line: string): void {
    this.#lines ??= limitLog(logger, linesPerSecond);
    const { level, fields, message } = readLine(line);
    this.#lines.write(level, 'step_line', fields, message, logger);
  }

  async #carryOut(context: StepContext, method: string, args: unknown[]): Promise<unknown> {
    if (method === 'enqueue') {
      const [topic, text, options] = args as [string, string, { source?: string } | undefined];
      return context.enqueue(topic, parseJson(text), options);
    }
    if (method === 'watch') {
      const [prefix, id] = args as [string, number];
      this.#watches.set(
        id,
        context.state.watch(prefix, (value) => this.#post({ change: id, value })),
      );
      return undefined;
    }
    if (method === 'unwatch') {
      this.#watches.get(args[0] as number)?.();
      this.#watches.delete(args[0] as number);
      return undefined;
    }
    const [store, name] = method.split('.') as ['state' | 'shared', string];
    const methods = context[store] as unknown as Record<string, (...args: unknown[]) => Promise<unknown>>;
    return methods[name]!(...args);
  }

  /** Its thread stands still meanwhile. */
  async validate([name, version, event]: ContractQuestion): Promise<ContractAnswer> {
    this.#asked++;
    try {
      const contracts = this.#latest!.contracts;
      return { value: await (contracts.inTurn ?? contracts.validate)(name, version, event as JsonObject) };
    } catch (error) {
      return { error: toPlain(error) };
    } finally {
      this.#asked--;
    }
  }

  /** Its thread waits for an answer. */
  get isAsked(): boolean {
    return this.#asked > 0;
  }

  close(): void {
    for (const stop of this.#watches.values()) stop();
  }
}

/** A line of the thread's logger, which has done the redacting. */
function readLine(line: string): { level: 'info'; fields: object; message: string | undefined } {
  const {
    level,
    time: _,
    pid: _pid,
    hostname: _host,
    msg,
    ...fields
  } = JSON.parse(line) as Record<string, Json>;
  for (const key of ['err', 'error'])
    if (typeof fields[key] === 'object')
      fields[key] = asError(fields[key] as unknown as WrittenError) as never;
  return { level: level as 'info', fields, message: (msg as string | undefined)?.slice(0, mostMessage) };
}

/** As a logger writes an error. */
interface WrittenError {
  type: string;
  message: string;
  stack?: string;
  code?: string;
}

const asError = ({ type, message, stack, code }: WrittenError): Error =>
  Object.assign(new Error(message), {
    name: type,
    code,
    stack: stack === undefined ? undefined : `${type}\n${stack}`,
  });
