import { isObject, type Json } from '../../model/json.ts';
import type { Logger } from '../../support/log.ts';
import type { HttpInput, HttpReply, StepConfig, StepContext, StepHandler, Trigger } from '../step.ts';
import type { TriggerExtras } from './config.ts';
import { currentRun } from './current.ts';
import { type SharedState, stateTopic } from './shared-state.ts';

type Call = (...args: unknown[]) => unknown;

/**
 * A handler with everything that Motia's handlers use, beside what ours have: conditions and middleware of its triggers,
 * `enqueue({ topic, data })`, `state.get(group, key)`, the request under both names, `{ status_code }` replies.
 * `fromMotia`: the file imports `motia`, so that `state.list(group)` is the values of a group.
 */
export function withMotiaForms(
  handler: StepHandler<unknown>,
  about: { config: StepConfig; extras: readonly TriggerExtras[]; fromMotia: boolean },
): StepHandler<unknown> {
  return async (given, context) => {
    const { trigger } = context;
    const isHttp = trigger.type === 'http';
    const input = isHttp ? requestOf(given as HttpInput, trigger.method) : given;
    for (const index of indexesOf(trigger, about.config)) {
      const own = motiaContext(context, { index, input, fromMotia: about.fromMotia });
      const { condition, middleware } = about.extras[index] ?? { middleware: [] };
      const { enqueue, logger } = own as unknown as { enqueue: never; logger: Logger };
      const run = async (): Promise<unknown> => {
        if (condition && !(await (condition as Call)(input, own))) return notMet;
        const chain = middleware.reduceRight<() => unknown>(
          (next, layer) => () => (layer as Call)(input, own, next),
          () => handler(input, own),
        );
        return chain();
      };
      const returned = await currentRun.run({ enqueue, logger, sharedState: context.shared }, run);
      if (returned !== notMet) return isHttp ? replyOf(returned) : undefined;
    }
    return isHttp ? refused : undefined;
  };
}

const notMet = Symbol('condition not met');

const refused: HttpReply = {
  status: 422,
  headers: { 'content-type': 'application/problem+json' },
  body: {
    type: 'urn:data-sentinel:problem:condition_not_met',
    title: 'Condition not met',
    status: 422,
    detail: "The request does not meet the step's condition.",
  },
};

/** Triggers that differ in their conditions alone are one to the queue. */
function indexesOf(trigger: Trigger, { triggers }: StepConfig): number[] {
  const same = JSON.stringify(trigger);
  const found = triggers.flatMap((each, index) => (JSON.stringify(each) === same ? [index] : []));
  return found.length > 0 ? found : [0];
}

function requestOf(input: HttpInput, method: string): object {
  const request = {
    ...input,
    method,
    pathParams: input.params,
    queryParams: input.query,
    path_params: input.params,
    query_params: input.query,
  };
  return { ...request, request, response: noResponse };
}

const cantStream = (): never => {
  throw new TypeError('a response is returned here: { status, body, headers }; streaming stays with III');
};
const noResponse = {
  status: cantStream,
  headers: cantStream,
  close: cantStream,
  get stream(): never {
    return cantStream();
  },
};

function replyOf(returned: unknown): HttpReply | undefined {
  if (!isObject(returned) || returned['status'] !== undefined || returned['status_code'] === undefined)
    return returned as HttpReply | undefined;
  const { status_code: status, ...reply } = returned;
  return { ...reply, status } as HttpReply;
}

function motiaContext(
  context: StepContext,
  { index, input, fromMotia }: { index: number; input: unknown; fromMotia: boolean },
): StepContext {
  const { trigger } = context;
  const type = trigger.type === 'queue' && trigger.topic === stateTopic ? 'state' : trigger.type;
  const own = {
    ...context,
    trigger: { ...trigger, type, index },
    traceId: context.requestId ?? crypto.randomUUID(),
    enqueue: (topic: unknown, data: Json, options?: { source?: string }) =>
      isObject(topic)
        ? context.enqueue(topic['topic'] as string, topic['data'] as Json)
        : context.enqueue(topic as string, data, options),
    logger: motiaLogger(context.logger),
    state: motiaState(context, fromMotia),
    is: Object.fromEntries(kinds.map((kind) => [kind, () => kind === type])),
    getData: () => (type === 'http' ? (input as HttpInput).body : input),
    match: async (handlers: Record<string, Call | undefined>) => {
      const chosen = handlers[type] ?? handlers['default'];
      if (!chosen) throw new TypeError(`no handler for a trigger of type ${type}`);
      return type === 'cron' && handlers['cron'] ? chosen() : chosen(input);
    },
    get streams(): never {
      throw new TypeError('streams stay with III; use shared state or a topic (docs/steps.md)');
    },
  };
  return own as unknown as StepContext;
}

const kinds = ['http', 'queue', 'cron', 'state', 'stream'] as const;

/** With two names a value is the group's; with one it is the step's own. */
function motiaState({ state, shared }: StepContext, fromMotia: boolean): object {
  const either =
    (method: 'get' | 'delete'): Call =>
    (...names) =>
      names.length > 1 ? (shared[method] as Call)(...names) : (state[method] as Call)(...names);
  const { set, update, clear, list } = shared satisfies SharedState;
  return {
    ...state,
    set,
    update,
    clear,
    get: either('get'),
    delete: either('delete'),
    getGroup: list,
    list: fromMotia ? list : state.list,
  };
}

/** Motia's is called with the text first: `info('text', { … })`. */
function motiaLogger(logger: Logger): Logger {
  const own = Object.create(logger) as Record<string, unknown>;
  for (const level of ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const)
    own[level] = (...args: [unknown, ...unknown[]]) => {
      const [text, fields] = args;
      const textFirst = typeof text === 'string' && !text.includes('%') && typeof fields === 'object';
      logger[level](...((textFirst ? [fields ?? {}, text] : args) as [string]));
    };
  return own as unknown as Logger;
}
