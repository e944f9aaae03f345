import type { DeadLetterStore } from '../dead-letter/store.ts';
import type { Row } from '../load/destination.ts';
import type { CopyFeed } from '../load/replicas/feed.ts';
import type { LoadStage } from '../load/stage.ts';
import type { PipelineMetrics } from '../observe/metrics.ts';
import type { RecordSpan } from '../observe/otel/span.ts';
import type { Logger } from '../support/log.ts';
import type { Judge } from './judge.ts';
import type { Outbox } from './outbox.ts';
import type { WaitingTables } from '../load/waiting-tables.ts';

/** What the way of a batch goes through. */
export interface RouteParts {
  judge: Judge;
  /** What a batch sends to other topics. */
  outbox: () => Outbox;
  /** The destination, one settlement at a time. */
  loading: Pick<LoadStage, 'prepareRow'>;
  waiting: Pick<WaitingTables, 'settle' | 'settleWaiting'>;
  letters: Pick<DeadLetterStore, 'settleReplayed'>;
  /** For the further destinations; undefined when there are none. */
  feed: CopyFeed | undefined;
  metrics: PipelineMetrics;
  /** Told of the rows of each batch that was settled. */
  onSettled: (rows: readonly Row[]) => void;
  /** Undefined while traces are not exported. */
  recordSpan?: RecordSpan | undefined;
  log: Logger;
}
