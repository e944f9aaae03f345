import type { Config } from '../config/load.ts';
import type { Engine } from '../engine/engine.ts';
import type { RecordSpan } from '../observe/otel/span.ts';
import type { Logger } from '../support/log.ts';
import type { Project } from './project.ts';

export interface PipelineParts {
  config: Config;
  engine: Engine;
  log: Logger;
  /** Undefined while traces are not exported. */
  recordSpan?: RecordSpan | undefined;
  project: Project;
  /** False: answer questions only. */
  consume: boolean;
}
