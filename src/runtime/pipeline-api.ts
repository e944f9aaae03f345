import type { Erasure } from '../erase/eraser.ts';
import type { Where } from '../erase/meant.ts';
import type { DeadLetter } from '../model/dead-letter.ts';
import type { EditDryRun } from '../dead-letter/dry-run.ts';
import type { Corrector } from '../dead-letter/corrections/try-correction.ts';
import type { EditReview } from '../dead-letter/edit.ts';
import type { JsonObject } from '../model/json.ts';
import type { Plan } from '../model/plan.ts';
import type { CopyOutcome } from '../load/replicas/replicas.ts';
import type { CopyStatus } from '../load/replicas/reader.ts';
import type { QueryResult, Table } from '../load/destination.ts';
import type { ExportApi } from '../load/exports.ts';
import type { EventFilter, EventSearch, FoundEvent } from '../load/event-search.ts';
import type { KnownCounts } from '../load/destination-kit/known-counts.ts';
import type { WithdrawnEvent } from '../load/withdraw.ts';
import type { LoadedEvent } from '../model/loaded-event.ts';
import type { RepairAudit, TouchedByRule } from '../load/repair-audit.ts';
import type { HealingStatus } from '../repair/healing/status.ts';
import type { RollbackRecord } from '../repair/rules/rollback-record.ts';
import type { Result } from '../model/result.ts';
import type { FlowGraph } from '../steps/flow-graph.ts';
import type { StepRequest } from '../steps/http-trigger.ts';
import type { HttpReply } from '../steps/step.ts';
import type { Trial } from '../dead-letter/try-replay.ts';
import type { Violation } from '../model/violation.ts';
import type { WaitingTable } from '../load/waiting-tables.ts';
import type { Trouble } from '../support/patience.ts';
import type { ContractSample } from '../contracts/sample/of-registry.ts';
import type { ContractInfo } from '../observe/contract-info.ts';
import type { InsightApi } from '../observe/insight.ts';

/** What the rest of the service asks the running pipeline; every argument and answer is plain data. */
/** Corrections of many letters are `Corrector`'s; nothing is changed by them. */
export interface Pipeline extends InsightApi, ExportApi, Corrector {
  find(requestId: string): Promise<LoadedEvent | undefined>;
  /** What a rollback that runs has withdrawn, maybe not yet a dead letter. */
  onItsWayOut(requestId: string): Promise<WithdrawnEvent | undefined>;
  query(sql: string, maxRows?: number): Promise<QueryResult>;
  /**
   * `q`: what an id of the event says (`idFieldsOf`). Undefined where the destination can't be looked through; `cut`: only keys were,
   * as the other fields take too long; `unreadable`: tables that were left out.
   */
  searchEvents(
    filter: Omit<EventFilter, 'id' | 'withinMs'> & { q?: string },
    page: Parameters<EventSearch['events']>[1],
  ): Promise<{ events: FoundEvent[]; cut: boolean; unreadable: string[] } | undefined>;
  /** As the destination has it; undefined where it can't say. */
  storedRow(...args: Parameters<EventSearch['row']>): ReturnType<EventSearch['row']>;
  /** What a contract says of an event as it was received; empty when there is no such contract any more. */
  violations(of: ReceivedEvent): Promise<Violation[]>;
  counts(): Promise<KnownCounts>;
  contracts(): Promise<ContractInfo[]>;
  /** An event that the contract accepts: of this version, or of the newest. Throws `not_found`. */
  sampleEvent(name: string, version?: string): Promise<ContractSample>;
  flow(): Promise<FlowGraph>;
  routes(): Promise<{ method: string; path: string; source?: string }[]>;
  callRoute(route: { method: string; path: string }, request: StepRequest): Promise<HttpReply>;
  /**
   * Makes the destination ready for the tables of other contracts beside those that run. Throws
   * `destination_schema_conflict`, and changes nothing, when they do not fit.
   */
  prepare(tables: Table[]): Promise<void>;
  /** What would become of dead letters if they were sent back together now; nothing is changed. */
  trial: Trial['trial'];
  /** What a person's edit of a dead letter amounts to; nothing is changed. */
  reviewEdit(letter: DeadLetter, edited: JsonObject): Promise<EditReview>;
  /** The same, and what else it would repair; nothing is changed or counted. */
  dryRunEdit(letter: DeadLetter, edited: JsonObject): Promise<EditDryRun>;
  /** Makes a rule of a person's edit of a dead letter, or says why the edit makes none. */
  learn(letter: DeadLetter, edited: JsonObject): Promise<Result<{ ruleId: string; review: EditReview }>>;
  /** Makes a rule of a person's plan, which repairs this letter; its id, or why the plan makes none. */
  learnPlan(letter: DeadLetter, plan: Plan): Promise<Result<string>>;
  healing(): Promise<HealingStatus>;
  /** Of the destination; newest first. */
  repairs(...args: Parameters<RepairAudit['list']>): ReturnType<RepairAudit['list']>;
  touchedByRule(ruleId: string): Promise<TouchedByRule>;
  /** Disables a rule and begins to take its rows out of the destination; goes on in the background. `not_found`. */
  rollBack(ruleId: string, reason: string, actor: RollbackRecord['actor']): Promise<RollbackRecord>;
  /** Removes what is kept of the events that are meant; a dry run only counts it. */
  erase(where: Where, dryRun: boolean): Promise<Erasure>;
  /** Prometheus text. */
  metrics(): Promise<string>;
  /** `trouble`: why the main destination takes no rows. `tables`: those of it that take none while others do. */
  status(): Promise<{ trouble?: Trouble; tables?: WaitingTable[] }>;
  /** The further ones; counts are those of this process. */
  destinations(): Promise<CopyStatus[]>;
  /** How a loaded event ended in each further destination, by name. */
  copies(event: {
    requestId: string;
    contract: string;
    source: string;
  }): Promise<Record<string, CopyOutcome>>;
  close(): Promise<void>;
}

export interface ReceivedEvent {
  contract: string;
  version: string;
  source: string;
  event: JsonObject;
  requestId: string;
  receivedAt: number;
}

export interface StartedPipeline extends Pipeline {
  /** Names of the steps that this process runs. */
  readonly runs: readonly string[];
}
