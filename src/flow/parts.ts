import type { Config } from '../config/load.ts';
import type { Engine } from '../engine/engine.ts';
import type { Logger } from '../support/log.ts';

export interface PipelineParts {
  config: Config;
  engine: Engine;
  log: Logger;
  /** False: answer questions only. */
  consume: boolean;
}
