export * from './contracts/index.ts';
export { type Config, loadConfig } from './config.ts';
export { SentinelError } from './errors.ts';
export type { Json, JsonObject } from './json.ts';
export { createLogger, type Logger } from './log.ts';
export { type Sentinel, type SentinelOptions, startSentinel } from './sentinel.ts';
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
