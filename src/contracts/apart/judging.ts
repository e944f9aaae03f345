import { packNumbers, unpackNumbers } from '../../model/exact-messages.ts';
import { Builtins, lockGlobals } from '../../support/builtins.ts';
import { fenceProcess } from '../../support/fence-process.ts';
import { limitCalls } from '../../support/foreign-code.ts';
import { MarkFile } from '../../support/mark-file.ts';
import type { Limited, Told } from '../../support/sync-call.ts';
import type { Contract, FieldCheck } from '../contract.ts';
import { loadContracts } from '../discover.ts';
import { brokenContract } from '../fence.ts';
import type { ContractRegistry } from '../registry.ts';
import { answerAll } from './answer-all.ts';
import { type Answer, type Question, labelOf } from './question.ts';

export interface ContractSources {
  folders: readonly string[];
  /** See `LoadOptions`. */
  cache: string;
  setAside: ReadonlyMap<string, string>;
  /** A file that names the contract whose code runs, for whoever comes after a process that did not survive it. */
  mark?: string | undefined;
}

/**
 * Makes this thread one that judges events by contracts with code of their own. `onStray` is told the name of what such code
 * throws after it has answered.
 */
export async function openJudging(
  { folders, cache, setAside, mark }: ContractSources,
  onStray: (name: string) => void,
): Promise<Judging> {
  limitCalls(undefined);
  // What is left behind by a check that has been answered for is nobody's any more.
  for (const event of ['uncaughtException', 'unhandledRejection'] as const)
    process.on(event, (error: unknown) => onStray(error instanceof Error ? error.name : 'no error'));
  const endThread = fenceProcess();
  process.exit = () => {
    throw new Error('a contract may not end the process');
  };
  const registry = await loadContracts(folders, { strict: false, cache, setAside });
  lockGlobals();
  return new Judging(registry, mark === undefined ? undefined : new MarkFile(mark), endThread);
}

/** Questions and answers are packed. */
export class Judging {
  readonly #registry: ContractRegistry;
  readonly #mark: MarkFile | undefined;
  readonly #endThread: () => never;
  readonly #builtins = new Builtins();
  readonly #prepared = new Set<Contract>();
  readonly #fieldChecks = new Map<string, FieldCheck | undefined>();
  #checkedAt = 0;

  constructor(registry: ContractRegistry, mark: MarkFile | undefined, endThread: () => never) {
    this.#registry = registry;
    this.#mark = mark;
    this.#endThread = endThread;
  }

  readonly answer = (question: unknown): unknown => {
    const answer = this.#answer(question);
    this.#mark?.write('');
    return answer;
  };

  readonly answerAll = (
    questions: readonly Limited[],
    given: { at: (place: number) => void; tell: (place: number, told: Told) => void },
  ): void => {
    answerAll(questions, {
      ...given,
      prepare: (question) => this.#prepare(question as Question),
      answer: (question) => this.#answer(question),
      labelOf: (question) => labelOf(question as Question),
    });
    this.#mark?.write('');
  };

  /** Contracts are compiled with their first event. */
  #prepare(question: Question): void {
    const contract = this.#registry.registered(question.name, question.version);
    if (contract === undefined || this.#prepared.has(contract)) return;
    this.#prepared.add(contract);
    this.#mark?.write(labelOf(question));
    contract.validate({});
    this.#builtins.restore();
  }

  #answer(packed: unknown): unknown {
    const question = unpackNumbers(packed) as Question;
    this.#mark?.write(labelOf(question));
    return packNumbers(this.#answerAlone(question));
  }

  /** Answers for this contract alone: built-ins that its code changes are put back, and the change is its own fault. */
  #answerAlone(question: Question): Answer {
    // Code that ran late, of a contract that had already answered.
    if (performance.now() - this.#checkedAt > 1) this.#builtins.restore();
    const answered = this.#ask(question);
    const changed = this.#builtins.restore();
    this.#checkedAt = performance.now();
    if (changed.length === 0 || question.event === undefined) return answered;
    if (this.#builtins.restore().length > 0) this.#endThread();
    const what = `changes ${changed.slice(0, 3).join(', ')}, on which other code relies`;
    const violations = [brokenContract('contract_failed', question, question.event, [], what)];
    return question.fields === undefined ? { ok: false, violations } : violations;
  }

  #ask({ name, version, event, fields, limitMs }: Question): Answer {
    limitCalls(limitMs);
    const contract = this.#registry.registered(name, version);
    if (contract === undefined) return undefined;
    if (fields === undefined) return event && contract.validate(event);
    const key = JSON.stringify([name, version, fields]);
    if (!this.#fieldChecks.has(key)) this.#fieldChecks.set(key, contract.checkFields(fields));
    const check = this.#fieldChecks.get(key);
    return event === undefined ? check !== undefined : check?.(event);
  }
}
