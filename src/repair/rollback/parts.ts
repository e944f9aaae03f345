import type { Contract } from '../../contracts/contract.ts';
import type { DeadLetterStore } from '../../dead-letter/store.ts';
import type { StateStore, StateWrite } from '../../engine/engine.ts';
import type { Leases } from '../../engine/lease.ts';
import type { OpenDestination } from '../../load/destination.ts';
import type { TellWithdrawn } from '../../load/replicas/feed.ts';
import type { LoadStage } from '../../load/stage.ts';
import type { Logger } from '../../support/log.ts';
import type { RollbackRecord } from '../rules/rollback-record.ts';
import type { RuleStore } from '../rules/store.ts';

export interface RollbackParts {
  destination: Pick<OpenDestination, 'repairs' | 'withdraw'>;
  loading: Pick<LoadStage, 'inTurn'>;
  letters: Pick<DeadLetterStore, 'takeBack'>;
  rules: Pick<RuleStore, 'get' | 'disable'>;
  contracts: { get(name: string, version: string): Contract | undefined };
  state: StateStore;
  /** Where there are further destinations; durable when it resolves. */
  tellWithdrawn?: TellWithdrawn;
  /** The entry of its end in the audit, written with the record. */
  noteEnd?: (record: RollbackRecord) => StateWrite;
  leases: Leases;
  log: Logger;
  /** Told of an error that no later try would mend. */
  onBroken: (error: unknown) => void;
  /** Each row that was withdrawn. */
  onTaken: (source: string, contract: string) => void;
  now?: () => number;
}
