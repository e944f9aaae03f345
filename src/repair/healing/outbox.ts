import type { Engine } from '../../engine/engine.ts';
import { Outgoing } from '../../engine/outgoing.ts';
import { topics } from '../../model/event.ts';
import type { Logger } from '../../support/log.ts';
import type { Outcome } from './outcome.ts';

type Settled = Extract<Outcome, { kind: 'repaired' | 'dead_letter' }>;

/** Collects what one batch settles: one durable publish for each topic, and one log line for each kind of end. */
export class HealingOutbox {
  readonly requestIds: string[] = [];
  readonly #engine: Pick<Engine, 'publish'>;
  readonly #log: Logger;
  readonly #messages = new Outgoing();
  readonly #counts = new Map<string, { fields: Record<string, unknown>; events: number }>();

  constructor(engine: Pick<Engine, 'publish'>, log: Logger) {
    this.#engine = engine;
    this.#log = log;
  }

  add({ kind, event }: Settled): void {
    const topic = kind === 'repaired' ? topics.fixed : topics.unrecoverable;
    this.#messages.add(topic, Buffer.from(JSON.stringify(event)));
    this.requestIds.push(event.request_id);

    const { source, contract } = event;
    const fields =
      kind === 'repaired'
        ? { status: 'repaired', source, contract, healer: event.healer, rule_id: event.rule_id }
        : { status: 'failed', source, contract, code: event.code, signature: event.signature };
    const key = JSON.stringify(fields);
    const count = this.#counts.get(key) ?? { fields, events: 0 };
    this.#counts.set(key, count);
    count.events++;
  }

  /** Resolves when all of it is durable. */
  async flush(): Promise<void> {
    await this.#messages.publish(this.#engine);
    for (const { fields, events } of this.#counts.values())
      if (fields['status'] === 'repaired') this.#log.info({ ...fields, events }, 'repaired by a healer');
      // The stage of the dead letters warns of each, with its reason.
      else this.#log.info({ ...fields, events }, 'no repair; kept for a person');
  }
}
