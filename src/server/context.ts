import type { Config } from '../config/load.ts';
import type { DeadLetterCounts } from '../dead-letter/counts.ts';
import type { Jobs } from '../dead-letter/jobs/jobs.ts';
import type { DeadLetterStore } from '../dead-letter/store.ts';
import type { Engine } from '../engine/engine.ts';
import type { IngestHandler } from '../ingest/handler.ts';
import type { Logger } from '../support/log.ts';
import type { LogRing } from '../support/log-ring.ts';
import type { Pipeline } from '../runtime/pipeline-api.ts';
import type { Alerts } from '../observe/alerts/alerts.ts';
import type { MetricsPage } from './metrics.ts';
import type { Audit } from './audit.ts';
import type { Authorize } from '../sources/authorize.ts';
import type { Sources } from '../sources/source.ts';
import type { Keys } from '../sources/keys.ts';
import type { RuleStore } from '../repair/rules/store.ts';

/** What the routes work with. */
export interface ServerContext {
  config: Config;
  engine: Engine;
  pipeline: Pipeline;
  letters: DeadLetterStore;
  deadLetters: DeadLetterCounts;
  jobs: Jobs;
  rules: RuleStore;
  ingest: IngestHandler;
  /** As the settings have it now. */
  sources: Sources;
  sourceConfigs: () => Config['sources'];
  keys: Keys;
  audit: Audit;
  alerts: Alerts;
  metrics: MetricsPage;
  /** To the engine that shows the flow, when the settings name one. */
  bridge?: { connected(): boolean };
  authorize: Authorize;
  /** False while the service starts or stops. */
  ready: () => boolean;
  log: Logger;
  logs: LogRing;
}
