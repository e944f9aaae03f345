import { isObject } from '../../model/json.ts';
import { stateTopic } from './shared-state.ts';

const isRecord = (value: unknown): value is Record<string, unknown> => isObject(value);

type Fn = (...args: never[]) => unknown;

/** What a trigger in Motia's form says beyond ours; both run in the step's thread. */
export interface TriggerExtras {
  condition?: Fn;
  middleware: Fn[];
}

/** Keys that Motia reads for types, its own deployment or its drawing. */
const withoutEffect = {
  step: ['virtualEnqueues', 'virtualSubscribes', 'includeFiles', 'infrastructure'],
  trigger: [
    'input',
    'bodySchema',
    'responseSchema',
    'queryParams',
    'condition',
    'middleware',
    'config',
    'metadata',
  ],
};

/** Names that Motia's first 1.0 versions used. */
const formerTypes: Readonly<Record<string, string>> = { api: 'http', event: 'queue' };

/**
 * A step's config in Motia's form as ours, before it is checked; ours passes unchanged. `extras` has an entry for each trigger.
 * Each problem begins with the path below `config`.
 */
export function fromMotia(raw: unknown): { config: unknown; extras: TriggerExtras[]; problems: string[] } {
  const problems: string[] = [];
  if (!isRecord(raw)) return { config: raw, extras: [], problems };
  for (const key of ['type', 'emits', 'subscribes'])
    if (Object.hasOwn(raw, key))
      problems.push(
        `.${key}: a form of Motia before 1.0; write triggers: [{ type: 'http' | 'queue' | 'cron' | 'state', … }] and enqueues: […]`,
      );
  const triggers = Array.isArray(raw['triggers']) ? (raw['triggers'] as unknown[]) : [];
  const config: Record<string, unknown> = { ...queueSettings(triggers, problems), ...raw };
  for (const key of withoutEffect.step) delete config[key];
  if (Array.isArray(raw['enqueues']))
    config['enqueues'] = raw['enqueues'].map((entry) => (isRecord(entry) ? entry['topic'] : entry));
  if (Array.isArray(raw['triggers']))
    config['triggers'] = triggers.map((trigger, index) => triggerFromMotia(trigger, index, problems));
  return { config, extras: triggers.map(extrasOf), problems };
}

function triggerFromMotia(trigger: unknown, index: number, problems: string[]): unknown {
  if (!isRecord(trigger)) return trigger;
  const own: Record<string, unknown> = { ...trigger };
  for (const key of withoutEffect.trigger) delete own[key];
  const type = String(own['type']);
  if (type === 'stream')
    problems.push(
      `.triggers[${index}]: streams stay with III; enqueue to a topic and use a queue trigger, or a state trigger for shared state`,
    );
  if (type === 'state') return { type: 'queue', topic: stateTopic };
  return { ...own, type: formerTypes[type] ?? own['type'] };
}

/** Motia has them for each trigger, we for a step: the first that names any counts. */
function queueSettings(triggers: readonly unknown[], problems: string[]): Record<string, unknown> {
  const index = triggers.findIndex((trigger) => isRecord(trigger) && isRecord(trigger['config']));
  if (index === -1) return {};
  const {
    type,
    delaySeconds,
    maxRetries,
    backoffDelayMs: initialDelayMs,
    concurrency,
  } = (triggers[index] as { config: Record<string, unknown> }).config;
  const at = `.triggers[${index}].config`;
  if (type === 'fifo')
    problems.push(`${at}.type: fifo is not available, a message that failed is overtaken; leave it out`);
  if (typeof delaySeconds === 'number' && delaySeconds > 0)
    problems.push(`${at}.delaySeconds: delivery can't be delayed; leave it out, or use a cron trigger`);
  return {
    retry: { maxAttempts: typeof maxRetries === 'number' ? maxRetries + 1 : undefined, initialDelayMs },
    batch: { concurrency },
  };
}

function extrasOf(trigger: unknown): TriggerExtras {
  if (!isRecord(trigger)) return { middleware: [] };
  const { condition, middleware } = trigger;
  return {
    condition: typeof condition === 'function' ? (condition as Fn) : undefined,
    middleware: Array.isArray(middleware)
      ? middleware.filter((entry): entry is Fn => typeof entry === 'function')
      : [],
  };
}
