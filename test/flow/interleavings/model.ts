import { indexPrefix } from '../../../src/dead-letter/index-key.ts';
import { replay } from '../../../src/dead-letter/replay.ts';
import { topics } from '../../../src/model/event.ts';
import { rollbackPrefix } from '../../../src/repair/rules/rollback-record.ts';
import { endFirst } from './beginnings.ts';
import { Cast, isWorker } from './cast.ts';
import { letterOf, wrongEnd } from './ends.ts';
import { idOf, isRefused, keyOf, recordOf } from './events.ts';
import type { Choice, World } from './explore.ts';
import { MemoryDestination } from './memory-destination.ts';
import type { Operation, Process } from './process.ts';
import { type Budget, type Scenario, budgetsOf } from './scenario.ts';
import { Stores } from './stores.ts';

/** Workers, people and faults about one queue and one destination: what happens next is a choice. */
export class Model implements World {
  readonly #stores: Stores;
  readonly #cast: Cast;
  readonly #left: Record<Budget, number>;
  readonly #scenario: Scenario;

  constructor(scenario: Scenario, destination = new MemoryDestination(keyOf, isRefused)) {
    this.#scenario = scenario;
    this.#left = budgetsOf(scenario);
    this.#stores = new Stores(destination);
    this.#cast = new Cast(this.#stores, scenario);
    for (const [n, key] of scenario.events.entries())
      if (n > 0 || scenario.before === undefined || scenario.late === true)
        this.#stores.publish(topics.raw, recordOf(n, key));
    if (scenario.before === undefined) return;
    endFirst(this.#stores, scenario.before, scenario.events[0]!);
    if (scenario.before === 'replaying') this.#cast.down.push('worker');
  }

  /**
   * What disturbs nothing else, now or later, happens first: it makes no difference when, so one order stands for all (partial
   * order reduction with persistent sets).
   */
  choices(): Choice[] {
    for (const first of [this.#cast.deliveries(), this.#cast.starts(), this.#harmless()])
      if (first.length > 0) return first;
    const { processes } = this.#cast;
    const turns = processes.flatMap((process) =>
      process.operations.map((operation) => turnOf(process, operation)),
    );
    const faults = processes.flatMap((process) => this.#faultsOf(process, process.operations));
    return [...turns, ...this.#people(), ...faults, ...this.#redeliveries()];
  }

  fingerprint(): string {
    const { messages, state, destination } = this.#stores;
    const { processes, down } = this.#cast;
    return [
      messages
        .map(({ topic, text, isReady, holders }) => [topic, text, isReady, holders.length].join())
        .toSorted(),
      [...state].map(([key, text]) => `${key}=${text}`).toSorted(),
      destination.describe(),
      processes.map(({ name, state: mine }) => `${name.slice(0, 1)}${mine}`).toSorted(),
      down.toSorted(),
      Object.values(this.#left),
    ].join('\n');
  }

  fault(isOver: boolean): string | undefined {
    const wrong = [...this.#scenario.events.keys()].map((n) => wrongEnd(this.#stores, n, isOver));
    return this.#cast.broken ?? wrong.find((says) => says !== undefined);
  }

  /** A turn that no other can tell from a later one, and how its process may fail in it. */
  #harmless(): Choice[] {
    for (const process of this.#cast.processes) {
      const operation = process.operations.find(({ label }) => this.#isHarmless(label, process));
      if (operation !== undefined)
        return [turnOf(process, operation), ...this.#faultsOf(process, [operation])];
    }
    return [];
  }

  #isHarmless(label: string, process: Process): boolean {
    if (label.startsWith('publish')) return true;
    // Nobody else has the message or may get it.
    if (label === 'acknowledge')
      return (
        this.#left.redeliveries === 0 &&
        this.#stores.messages.every(({ holders }) => holders.length < 2 || !holders.includes(process))
      );
    if (label === `list ${rollbackPrefix}`) return this.#scenario.rollbacks === 0;
    // Of the index, only what is being replayed is read by another, who starts.
    return label.includes(` ${indexPrefix}`) && !label.includes('/replaying/');
  }

  #people(): Choice[] {
    const choices: Choice[] = [];
    for (const n of this.#scenario.events.keys()) {
      const id = idOf(n);
      if (letterOf(this.#stores, id)?.status !== 'open') continue;
      this.#optional(choices, 'replays', `a person replays event ${n}`, () =>
        this.#cast.asGateway((gateway) => replay(gateway, id)),
      );
      this.#optional(choices, 'discards', `a person discards event ${n}`, () =>
        this.#cast.asGateway(({ letters }) => letters.discard(id, 'useless')),
      );
    }
    const worker = this.#cast.processes.find(isWorker) ?? this.#cast.idleWorker();
    if (this.#stores.destination.rows.size > 0 && worker !== undefined)
      this.#optional(choices, 'rollbacks', `${worker.name}: a person rolls the rule back`, () =>
        worker.rollBack(),
      );
    return choices;
  }

  #redeliveries(): Choice[] {
    const choices: Choice[] = [];
    for (const message of this.#stores.messages.filter(({ isReady }) => !isReady))
      this.#optional(choices, 'redeliveries', `${message.topic} comes again`, () => {
        message.isReady = true;
      });
    return choices;
  }

  #faultsOf(process: Process, operations: readonly Operation[]): Choice[] {
    const choices: Choice[] = [];
    if (operations.length > 0)
      this.#optional(choices, 'crashes', `${process.name}: dies`, () => this.#cast.kill(process));
    for (const operation of operations.filter(({ writes }) => writes))
      this.#optional(choices, 'unheard', `${process.name}: ${operation.label}, unheard`, () =>
        operation.runUnheard(),
      );
    return choices;
  }

  #optional(choices: Choice[], budget: Budget, label: string, happen: () => void): void {
    if (this.#left[budget] === 0) return;
    const take = () => {
      this.#left[budget]--;
      happen();
    };
    choices.push({ label, isDue: false, take });
  }
}

const turnOf = (process: Process, operation: Operation): Choice => ({
  label: `${process.name}: ${operation.label}`,
  isDue: true,
  take: () => operation.run(),
});
