import type { Trigger, StepConfig } from '../step.ts';
import { StepFailure } from '../step.ts';
import { type ErrorCode, SentinelError, errorCodes } from '../../model/errors.ts';
import type { Validation } from '../../contracts/contract.ts';
import type { AnswerEnd } from '../../support/sync-call.ts';
import type { Beat } from '../../support/beat.ts';

/** What a step's thread is given when it is made. */
export interface StepThreadInput {
  file: string;
  beat: Beat;
}

/** One run of the handler, as the thread is told of it. */
export interface Run {
  run: number;
  input: unknown;
  trigger: Trigger;
  attempt: number;
  requestId: string | undefined;
}

export type ToThread =
  | Run
  | { abort: true }
  /** The answer to a call, or a change that is watched. */
  | { answer: number; value?: unknown; error?: PlainError }
  | { change: number; value: unknown };

export type FromThread =
  | { loaded: StepConfig | undefined; problems: string[]; contracts: AnswerEnd }
  | { done: number; value?: unknown; error?: PlainError }
  /** Of the context of a run: `enqueue`, `state.get`, … */
  | { call: number; run: number; method: string; args: unknown[] }
  | { line: string; run: number };

/** What the thread asks about contracts, and waits for. */
export type ContractQuestion = [name: string, version: string, event: unknown];
export type ContractAnswer = { value: Validation } | { error: PlainError };

/** An error as it crosses threads, which drop its class and its fields. */
export interface PlainError {
  name: string;
  message: string;
  stack: string | undefined;
  code?: string | undefined;
  retryable?: boolean | undefined;
  tag?: string | undefined;
}

/** Of the text of an error: it is logged, and stands in the letter. */
const mostText = 10_000;

export function toPlain(thrown: unknown): PlainError {
  try {
    if (!(thrown instanceof Error)) return { name: 'Error', message: cut(String(thrown))!, stack: undefined };
    const { name, message, stack, code, retryable, tag } = thrown as Error & Record<string, unknown>;
    return {
      name: cut(name) ?? 'Error',
      message: cut(message) ?? '',
      stack: cut(stack),
      code: cut(code),
      retryable: typeof retryable === 'boolean' ? retryable : undefined,
      tag: cut(tag),
    };
  } catch {
    return { name: 'Error', message: 'the step threw what can not be looked at', stack: undefined };
  }
}

const cut = (text: unknown): string | undefined =>
  typeof text !== 'string' ? undefined : text.length > mostText ? `${text.slice(0, mostText)}…` : text;

export function fromPlain({ name, message, stack, code, retryable, tag }: PlainError): Error {
  const error =
    name === 'StepFailure'
      ? new StepFailure(message, { tag, retryable })
      : name === 'SentinelError' && code !== undefined && code in errorCodes
        ? new SentinelError(code as ErrorCode, message, { retryable })
        : Object.assign(new Error(message), { code, retryable });
  if (error.name !== name) Object.defineProperty(error, 'name', { value: name });
  if (stack !== undefined) error.stack = stack;
  return error;
}
