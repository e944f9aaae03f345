/** What step files get from `import … from 'motia'`; its types are erased, and come from their own installation. */
import { currentContext } from './current.ts';

type Handler = (input: unknown, context: never) => unknown;
type Handlers = Partial<Record<'http' | 'queue' | 'cron' | 'state', Handler>>;

export function step(config: unknown, handler?: Handler): unknown {
  return handler === undefined
    ? { config, handle: (later: Handler) => ({ config, handler: later }) }
    : { config, handler };
}

/** One handler for each kind of trigger. */
export function multiTriggerStep(config: unknown): unknown {
  const collected: Handlers = {};
  const handler = (input: unknown, context: { trigger: { type: keyof Handlers } }): unknown => {
    const { type } = context.trigger;
    const chosen = collected[type];
    if (!chosen) throw new TypeError(`no handler for a trigger of type ${type}`);
    return type === 'cron'
      ? (chosen as (context: unknown) => unknown)(context)
      : chosen(input, context as never);
  };
  const builder: Record<string, unknown> = {
    config,
    handlers(given: Handlers = {}) {
      Object.assign(collected, given);
      return { config, handler };
    },
  };
  for (const type of ['http', 'queue', 'cron', 'state'] as const)
    builder[`on${type[0]!.toUpperCase()}${type.slice(1)}`] = (given: Handler) => {
      collected[type] = given;
      return builder;
    };
  return builder;
}

export const http = (method: string, path: string, options?: object, condition?: unknown): unknown => ({
  type: 'http',
  method,
  path,
  ...options,
  condition,
});
export const api = http;
export const queue = (topic: string, options?: object, condition?: unknown): unknown => ({
  type: 'queue',
  topic,
  ...options,
  condition,
});
export const cron = (expression: string, condition?: unknown): unknown => ({
  type: 'cron',
  expression,
  condition,
});
export const state = (condition?: unknown): unknown => ({ type: 'state', condition });
export const stream = (streamName: string): unknown => ({ type: 'stream', streamName });
export const jsonSchema = (schema: unknown): unknown => schema;

/** Of the run that is going on, as Motia's own are of its process. */
export const enqueue = (message: unknown): unknown => currentContext().enqueue(message);
export const logger: unknown = forwarding(() => currentContext().logger);
export const stateManager: unknown = forwarding(() => currentContext().sharedState);

function forwarding(target: () => object): unknown {
  return new Proxy(
    {},
    {
      get(_, name) {
        return (...args: unknown[]): unknown => {
          const own = target();
          const method: unknown = Reflect.get(own, name);
          if (typeof method !== 'function') throw new TypeError(`motia: no ${String(name)} here`);
          return Reflect.apply(method, own, args);
        };
      },
    },
  );
}

/** Called with `new`, as Motia's class is. */
export function Stream(): never {
  throw new TypeError('streams stay with III; use shared state or a topic (docs/steps.md)');
}
