import type { startSentinel as start } from './sentinel.ts';

export * from './contracts/index.ts';
export { type Config, loadConfig } from './config.ts';
export { SentinelError } from './errors.ts';
export type { Json, JsonObject } from './json.ts';
export { createLogger, type Logger } from './log.ts';
export type { Sentinel, SentinelOptions } from './sentinel.ts';
export {
  type HttpInput,
  type HttpReply,
  StepFailure,
  type StepConfig,
  type StepContext,
  type StepHandler,
  type ValidEventMessage,
  defineStep,
} from './steps/step.ts';
export type { Violation } from './validate/violation.ts';

/** Composes the service and starts it. Loaded when called: contracts and steps import this module too, and need less. */
export const startSentinel: typeof start = async (config, options) => {
  const service = await import('./sentinel.ts');
  return service.startSentinel(config, options);
};
