import type { startSentinel as start } from './runtime/sentinel.ts';

export * from './contracts/index.ts';
export type { Capabilities, DestinationDefinition, ModulePlace } from './load/adapter.ts';
export { defineDestination } from './load/define-destination.ts';
export type {
  Destination,
  LetterEntry,
  LetterOutcome,
  Row,
  RowOutcome,
  Settled,
  Settlement,
  Table,
} from './load/destination.ts';
export type { LoadedEvent } from './model/loaded-event.ts';
export { defineHealer } from './repair/healing/define-healer.ts';
export type { Failure, Healer, Proposal } from './repair/healing/healer.ts';
export { type Config, loadConfig } from './config/load.ts';
export { SentinelError } from './model/errors.ts';
export type { Json, JsonObject } from './model/json.ts';
export { createLogger, type Logger } from './support/log.ts';
export type { Sentinel, SentinelOptions } from './runtime/sentinel.ts';
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
export type { Violation } from './model/violation.ts';
export { type EmbeddedSentinel, type EmbedOptions, createSentinel } from './embed/create-sentinel.ts';
export type { EventOf } from './contracts/event-of.ts';

/** Composes the service and starts it. Loaded when called: contracts and steps import this module too, and need less. */
export const startSentinel: typeof start = async (config, options) => {
  const service = await import('./runtime/sentinel.ts');
  return service.startSentinel(config, options);
};
