import { WaitingTables } from '../../../src/load/waiting-tables.ts';
import { Refused } from '../../../src/load/refused.ts';
import { ContractRegistry } from '../../../src/contracts/registry.ts';
import { createDeadLetters } from '../../../src/dead-letter/store.ts';
import { resumeReplays } from '../../../src/dead-letter/replay.ts';
import type { Delivery } from '../../../src/engine/engine.ts';
import { freeLeases } from '../../../src/engine/lease.ts';
import { createJudge } from '../../../src/flow/judge.ts';
import { DeadLetterStage } from '../../../src/flow/dead-letter-stage.ts';
import { Outbox } from '../../../src/flow/outbox.ts';
import { Route } from '../../../src/flow/route.ts';
import type { Settlement } from '../../../src/load/destination.ts';
import { createLoadStage } from '../../../src/load/stage.ts';
import { TableFault } from '../../../src/load/table-fault.ts';
import { type FailedEvent, parkedTopic, topics } from '../../../src/model/event.ts';
import { parseJson } from '../../../src/model/exact-json.ts';
import type { JsonObject } from '../../../src/model/json.ts';
import { createPipelineMetrics } from '../../../src/observe/metrics.ts';
import { HealingOutbox } from '../../../src/repair/healing/outbox.ts';
import { deadLetter, repaired } from '../../../src/repair/healing/outcome.ts';
import { Rollbacks } from '../../../src/repair/rollback/rollbacks.ts';
import type { Verdict } from '../../../src/validate/stage.ts';
import { silent } from '../../helpers/healing.ts';
import { Process } from './process.ts';
import { type Kept, type Stores, destinationOf, engineOf } from './stores.ts';
import { contract, plan, repairedEvent, rule } from './events.ts';

const contracts = new ContractRegistry();
contracts.register(contract);
const metrics = createPipelineMetrics();

/** What a worker makes of a message, where that is not the message's alone: rules come and go, and healers learn. */
export type Opinion = 'row' | 'refused row' | 'no row' | 'hangs' | 'waits';

export function opinionsOn(
  topic: string,
  {
    heals = false,
    refuses = false,
    hangs = false,
    waits = false,
  }: { heals?: boolean; refuses?: boolean; hangs?: boolean; waits?: boolean },
): Opinion[] {
  if (topic === topics.late) return ['row', 'hangs'];
  if (topic === topics.slow) return ['row', 'no row'];
  if (hangs && topic === topics.raw) return ['row', 'hangs'];
  if (waits && (topic === topics.raw || topic === topics.replay)) return ['row', 'no row', 'waits'];
  if (topic === topics.raw || topic === topics.replay)
    return refuses ? ['row', 'refused row', 'no row'] : ['row', 'no row'];
  if (topic === topics.failed) return heals ? ['row', 'no row'] : ['no row'];
  return ['row'];
}

export interface Worker extends Process {
  /** Resolves when the message may be acknowledged. */
  handle(message: Kept, opinion: Opinion): Promise<void>;
  rollBack(): void;
  /** What a process does first. */
  begin(): Promise<void>;
}

/** The flow of a worker, of the project's own code, with stores whose turns are given. */
export function createWorker(
  stores: Stores,
  { name, now, onBroken }: { name: string; now: () => number; onBroken: (error: unknown) => void },
): Worker {
  const process = new Process(name);
  const [main, aside] = [process.thread(), process.thread()];
  const engine = engineOf(stores, process, main);
  const asideState = engineOf(stores, process, aside).state;
  const lettersIn = (state: typeof asideState) => createDeadLetters(state, { now: () => new Date(now()) });
  const letters = lettersIn(engine.state);
  let opinion: Opinion = 'row';
  const settling = destinationOf(stores, process, main);
  const loading = createLoadStage({
    destination: {
      ...destinationOf(stores, process, main),
      settle: async (settlement: Settlement) => {
        if (opinion === 'waits') throw new TableFault(contract.table, 'it was changed');
        return settling.settle(settlement);
      },
    } as never,
    log: silent,
  });
  const judge = createJudge({
    contracts,
    apart: {
      atOnce: (work) => (opinion === 'hangs' ? undefined : { value: work() }),
      together: async (works) => works.map((work) => (opinion === 'hangs' ? undefined : { value: work() })),
      inTurn: async (work) => work(),
      close: () => undefined,
    },
    validate: (event) => verdictOn(event, opinion),
    metrics,
    log: silent,
  });
  const rollbacks = new Rollbacks({
    destination: destinationOf(stores, process, aside),
    loading,
    letters: lettersIn(asideState),
    rules: { get: async () => rule, disable: async () => rule },
    contracts,
    state: asideState,
    // A lease ends while its holder stands still: it may not be what keeps events in one place.
    leases: freeLeases,
    log: silent,
    onBroken,
    onTaken: () => undefined,
    now,
  });
  const waiting = new WaitingTables({ loading, refused: new Refused(), log: silent });
  const route = new Route({
    judge,
    outbox: () => new Outbox(engine, new Set()),
    loading,
    waiting,
    letters,
    feed: undefined,
    metrics,
    onSettled: (rows) => rollbacks.settled(rows),
    log: silent,
  });
  const deadLetters = new DeadLetterStage({ waiting, letters, metrics, log: silent });

  async function heal(body: Uint8Array): Promise<void> {
    const failed = JSON.parse(Buffer.from(body).toString()) as FailedEvent;
    const outbox = new HealingOutbox(engine, silent);
    const patient = { failed, attempts: [] };
    const event = repairedEvent(parseJson(failed.raw) as JsonObject);
    const outcome =
      opinion === 'row'
        ? repaired(patient, { healer: 'heuristics', rule_id: rule.id, plan, event })
        : deadLetter(patient, 'no_repair_found', 'no healer knows a repair');
    if (outcome.kind === 'repaired' || outcome.kind === 'dead_letter') outbox.add(outcome);
    await outbox.flush();
  }

  const stages: Record<string, (batch: readonly Delivery[]) => Promise<unknown>> = {
    [topics.raw]: (batch) => route.fromQueue(batch),
    [topics.replay]: (batch) => route.fromQueue(batch),
    [topics.late]: (batch) => route.fromLate(batch),
    [topics.slow]: (batch) => route.fromSlow(batch),
    [topics.fixed]: (batch) => route.fromHealers(batch),
    [topics.failed]: ([delivery]) => heal(delivery!.body),
    [topics.unrecoverable]: (batch) => deadLetters.fromQueue(batch),
    [parkedTopic(contract.table)]: (batch) => route.fromParked(contract.table, batch),
  };

  return Object.assign(process, {
    async handle({ topic, body }: Kept, mine: Opinion) {
      opinion = mine;
      const position = { partition: 'all', offset: 0 };
      await stages[topic]!([{ body, events: 1, position, attempt: 1 }]);
    },
    rollBack: () => void rollbacks.start(rule.id, '').catch(onBroken),
    async begin() {
      await resumeReplays({ engine, letters });
      await rollbacks.resume();
    },
  });
}

function verdictOn(event: JsonObject, opinion: Opinion): Verdict {
  const source = 'shop';
  if (opinion === 'no row') {
    const validation = contract.validate(event);
    const violations = validation.ok ? [] : validation.violations;
    return { kind: 'invalid', source, contract, violations, signature: 'a'.repeat(32) };
  }
  const fixed = repairedEvent(event, opinion === 'refused row');
  const validation = contract.validate(fixed);
  if (!validation.ok) throw new Error(`not valid: ${JSON.stringify(validation.violations)}`);
  const { value, changed } = validation;
  return { kind: 'repaired', source, contract, value, changed, event: fixed, rule, filled: undefined };
}
