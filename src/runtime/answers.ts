import { withHeaders } from '../load/headers-column.ts';
import type { Config } from '../config/load.ts';
import type { ContractRegistry } from '../contracts/registry.ts';
import { dryRunEdit } from '../dead-letter/dry-run.ts';
import { reviewEdit } from '../dead-letter/edit.ts';
import { correctByHand, correctByPlan } from '../dead-letter/corrections/correct.ts';
import { learnFromPerson, learnPlan } from '../dead-letter/learn.ts';
import type { DeadLetterStore } from '../dead-letter/store.ts';
import type { StateStore } from '../engine/engine.ts';
import { type TrialDeps, tryAgain } from '../dead-letter/trial.ts';
import { SentinelError } from '../model/errors.ts';
import type { OpenDestination } from '../load/destination.ts';
import { createKnownCounts } from '../load/destination-kit/known-counts.ts';
import { validateWhole } from '../repair/plans/whole.ts';
import { onItsWayOut } from '../repair/rollback/on-its-way.ts';
import type { RuleStore } from '../repair/rules/store.ts';
import { fillEnvelope } from '../validate/envelope.ts';
import { createValidate } from '../validate/stage.ts';
import { sampleOf } from '../contracts/sample/of-registry.ts';
import { createSearchEvents } from './search-events.ts';
import { toContractInfo } from '../observe/contract-info.ts';
import type { Pipeline } from './pipeline-api.ts';

type Answers = Pick<
  Pipeline,
  | 'find'
  | 'onItsWayOut'
  | 'query'
  | 'searchEvents'
  | 'storedRow'
  | 'violations'
  | 'counts'
  | 'contracts'
  | 'sampleEvent'
  | 'prepare'
  | 'trial'
  | 'reviewEdit'
  | 'dryRunEdit'
  | 'learn'
  | 'learnPlan'
  | 'correctByHand'
  | 'correctByPlan'
  | 'repairs'
  | 'touchedByRule'
>;

/** What contracts, rules, dead letters and destination can answer, whether or not this pipeline takes events. */
export function createAnswers(deps: {
  config: Config;
  contracts: ContractRegistry;
  destination: OpenDestination;
  rules: RuleStore;
  letters: DeadLetterStore;
  state: StateStore;
  forecast: TrialDeps['forecast'];
}): Answers {
  const { config, contracts, destination, rules, letters, state } = deps;
  const preview = createValidate({
    contracts,
    rules: { find: rules.peek, repairExpected: () => undefined },
    choice: config,
  });
  const { targetFields } = config.healing;
  const permissions = targetFields === undefined ? {} : { targetFields };
  const editing = { contracts, rules, letters, preview, permissions };
  const ready = async ({ contract, version }: { contract: string; version: string }): Promise<void> =>
    contracts.get(contract, version)?.ready?.();

  return {
    find: (requestId) => destination.find(requestId),
    onItsWayOut: (requestId) => onItsWayOut(requestId, { state, destination }),
    async query(sql, maxRows) {
      if (destination.query === undefined)
        throw new SentinelError(
          'query_refused',
          `query refused: a ${config.destination.type} destination answers none here; ask it directly`,
        );
      return destination.query(sql, maxRows === undefined ? {} : { maxRows });
    },
    searchEvents: createSearchEvents(contracts, () => destination),
    storedRow: async (...args) => destination.search?.row(...args),
    async violations({ contract: name, version, source, event, ...facts }) {
      const contract = contracts.get(name, version);
      if (contract === undefined) return [];
      await contract.ready?.();
      fillEnvelope(event, contract, { ...facts, source: source === 'unknown' ? undefined : source });
      const validation = validateWhole(contract, event);
      return validation.ok ? [] : validation.violations;
    },
    counts: createKnownCounts(() => destination.counts()),
    contracts: async () => contracts.all().map(toContractInfo),
    sampleEvent: async (name, version) => sampleOf(contracts, name, version),
    // Together, so that a column which the new ones dropped is there until the old ones have stopped.
    prepare: (tables) => destination.prepare(withHeaders([...contracts.tables(), ...tables])),
    trial: (all, options) => tryAgain({ contracts, preview, forecast: deps.forecast }, all, options),
    async reviewEdit(letter, edited) {
      await ready(letter);
      return reviewEdit(editing, letter, edited).review;
    },
    async dryRunEdit(letter, edited) {
      await ready(letter);
      return dryRunEdit(editing, letter, edited);
    },
    async learn(letter, edited) {
      await ready(letter);
      return learnFromPerson(editing, letter, edited);
    },
    learnPlan: (letter, plan) => learnPlan(editing, letter, plan),
    correctByHand: (all, force) => correctByHand(editing, all, force),
    correctByPlan: (letters, plan) => correctByPlan(editing, letters, plan),
    repairs: (filter, page) => destination.repairs.list(filter, page),
    touchedByRule: (ruleId) => destination.repairs.touched(ruleId),
  };
}
