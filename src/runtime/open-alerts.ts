import type { Config } from '../config/load.ts';
import type { DeadLetterCounts } from '../dead-letter/counts.ts';
import type { Engine } from '../engine/engine.ts';
import { leasesOf } from '../engine/lease.ts';
import { Alerts } from '../observe/alerts/alerts.ts';
import { destinationName } from '../model/destination-name.ts';
import type { RuleStore } from '../repair/rules/store.ts';
import type { Logger } from '../support/log.ts';
import type { Pipeline } from './pipeline-api.ts';

/** `url`: where the service listens. */
export function openAlerts(
  config: Config,
  {
    engine,
    deadLetters,
    rules,
    pipeline,
    startedAt,
    url,
    log,
  }: {
    engine: Engine;
    deadLetters: DeadLetterCounts;
    rules: RuleStore;
    pipeline: Pipeline;
    startedAt: number;
    url: string;
    log: Logger;
  },
): Alerts {
  return new Alerts({
    engine,
    state: engine.state,
    deadLetters,
    rules,
    pipeline,
    startedAt,
    limits: config.alertLimits,
    destination: destinationName(config.destination.type),
    targets: config.alerts,
    leases: leasesOf(engine),
    consoleUrl: consoleUrl(config.http, url),
    log: log.child({ step: 'alerts' }),
  });
}

/** Where people find the console. */
function consoleUrl({ publicUrl, basePath }: Config['http'], url: string): string {
  const from = (publicUrl ?? url).replace(/\/+$/, '');
  return `${from.endsWith(basePath) ? from : from + basePath}/console`;
}
