import { isDeepStrictEqual } from 'node:util';
import type { Engine, EngineState, Message, StateChange, StateWrite } from '../../../src/engine/engine.ts';
import { replaceIndexed } from '../../../src/engine/nats/replace-indexed.ts';
import type { Destination } from '../../../src/load/destination.ts';
import { healingPrefix } from '../../../src/dead-letter/store.ts';
import type { Json } from '../../../src/model/json.ts';
import type { MemoryDestination } from './memory-destination.ts';
import type { Process, Thread } from './process.ts';

export interface Kept {
  topic: string;
  body: Uint8Array;
  text: string;
  /** Who handles it now. */
  holders: Process[];
  /** Waits to be delivered. */
  isReady: boolean;
}

interface Watcher {
  process: Process;
  thread: Thread;
  prefix: string;
  tell: (change: StateChange) => void;
}

/** What all processes share: the queue, the engine's state, the destination. */
export class Stores {
  readonly messages: Kept[] = [];
  readonly state = new Map<string, string>();
  readonly #watchers: Watcher[] = [];

  readonly destination: MemoryDestination;

  constructor(destination: MemoryDestination) {
    this.destination = destination;
  }

  publish(topic: string, body: Uint8Array): void {
    const text = Buffer.from(body).toString();
    this.messages.push({ topic, body: Buffer.from(text), text, holders: [], isReady: true });
  }

  remove(message: Kept): void {
    if (this.messages.includes(message)) this.messages.splice(this.messages.indexOf(message), 1);
  }

  put(key: string, value: Json | undefined): void {
    if (value === undefined) this.state.delete(key);
    else this.state.set(key, JSON.stringify(value));
    for (const { process, thread, prefix, tell } of this.#watchers)
      if (key.startsWith(prefix)) void process.call(thread, `hear of ${key}`, () => tell({ key, value }));
  }

  read(key: string): Json | undefined {
    const text = this.state.get(key);
    return text === undefined ? undefined : (JSON.parse(text) as Json);
  }

  watch(watcher: Watcher): void {
    this.#watchers.push(watcher);
  }

  forget(process: Process): void {
    for (let at = this.#watchers.length - 1; at >= 0; at--)
      if (this.#watchers[at]!.process === process) this.#watchers.splice(at, 1);
  }
}

/** The engine as one part of a process sees it. */
export function engineOf(stores: Stores, process: Process, thread: Thread): Engine {
  const publish = async (topic: string, messages: readonly Message[]) => {
    await Promise.all(
      messages.map(({ body }) => process.call(thread, `publish ${topic}`, () => stores.publish(topic, body))),
    );
  };
  const unused = () => Promise.reject(new Error('not a part of these schedules'));
  return {
    publish,
    consume: unused,
    removeGroup: unused,
    findPending: unused,
    state: stateOf(stores, process, thread),
    stats: unused,
    trouble: () => undefined,
    close: unused,
  };
}

/** Marks that tell people that an event is with the healers decide nothing. */
const isMark = (key: string) => key.startsWith(healingPrefix);

function stateOf(stores: Stores, process: Process, thread: Thread): EngineState {
  const call = <T>(label: string, effect: () => T, writes = true) =>
    process.call(thread, label, effect, { writes });
  const put = (key: string, value: Json | undefined) =>
    isMark(key) ? Promise.resolve() : call(`write ${short(key)}`, () => stores.put(key, value));
  const replace = (key: string, from: Json | undefined, to: Json | undefined) =>
    call(`replace ${short(key)}`, () => {
      if (!isDeepStrictEqual(stores.read(key), from)) return false;
      stores.put(key, to);
      return true;
    });
  const get = <T extends Json>(key: string) =>
    call(`read ${short(key)}`, () => stores.read(key), false) as Promise<T | undefined>;
  return {
    get,
    put,
    putIfAbsent: (key, value) => replace(key, undefined, value),
    replace,
    // As on NATS, which can be cut off in between.
    replaceIndexed: (key, from, to, entryOf) =>
      replaceIndexed({ get, put, replace }, { key, from, to, entryOf }),
    delete: (key) => put(key, undefined),
    // As on NATS: one after the other.
    async write(operations: readonly StateWrite[]) {
      for (const operation of operations)
        await ('put' in operation ? put(operation.put, operation.value) : put(operation.delete, undefined));
    },
    list: <T extends Json>(prefix: string) =>
      call(
        `list ${short(prefix)}`,
        () =>
          [...stores.state.keys()]
            .filter((key) => key.startsWith(prefix))
            .toSorted()
            .map((key) => ({ key, value: stores.read(key) as T })),
        false,
      ),
    watch(prefix, listener) {
      stores.watch({ process, thread, prefix, tell: listener });
      return () => undefined;
    },
  };
}

/** For people. */
const short = (key: string): string => key.replace(/^(.{40}).*(.{4})$/, '$1…$2');

/** The destination, likewise. */
export function destinationOf(
  stores: Stores,
  process: Process,
  thread: Thread,
): Pick<Destination, 'settle'> & Required<Pick<Destination, 'withdraw' | 'repairs'>> {
  const { destination } = stores;
  const call = <T>(label: string, effect: () => T, writes = true) =>
    process.call(thread, label, effect, { writes });
  return {
    settle: (settlement) => {
      const { rows, letters } = settlement;
      const what = [
        ...rows.map(({ round = 0 }) => `row@${round}`),
        ...letters.map(({ round }) => `letter@${round}`),
      ];
      return call(`settle ${what.join(' ')}`, () => destination.settle(settlement));
    },
    withdraw: {
      byRule: (...args) => call('withdraw rows', () => destination.withdrawByRule(...args)),
      again: (...args) => call('withdrawn again', () => destination.withdrawnAgain(...args), false),
      byEvent: (...args) => call('withdraw events', () => destination.withdrawByEvent(...args)),
    },
    repairs: {
      list: () => Promise.reject(new Error('not a part of these schedules')),
      touched: (ruleId) => call('count repairs', () => destination.touched(ruleId), false),
    },
  };
}
