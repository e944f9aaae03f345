import { parentPort, workerData } from 'node:worker_threads';
import { packNumbers, unpackNumbers } from '../../model/exact-messages.ts';
import { limitCalls } from '../../support/foreign-code.ts';
import { type AnswerEnd, answerCalls } from '../../support/sync-call.ts';
import { Builtins } from '../../support/builtins.ts';
import { fenceProcess } from '../../support/fence-process.ts';
import type { Contract, FieldCheck } from '../contract.ts';
import { loadContracts } from '../discover.ts';
import { brokenContract } from '../fence.ts';
import { answerAll } from './answer-all.ts';
import { type Answer, type Question, labelOf } from './question.ts';

/** What the thread is given that judges events by contracts with code of their own. */
export interface JudgeInput {
  folders: readonly string[];
  /** See `LoadOptions`. */
  cache: string;
  setAside: ReadonlyMap<string, string>;
  answerEnd: AnswerEnd;
}

const { folders, cache, setAside, answerEnd } = workerData as JudgeInput;
limitCalls(undefined);
// What is left behind by a check that has been answered for is nobody's any more.
for (const event of ['uncaughtException', 'unhandledRejection'] as const)
  process.on(event, (error: unknown) =>
    parentPort!.postMessage(error instanceof Error ? error.name : 'no error'),
  );
const endThread = fenceProcess();
process.exit = () => {
  throw new Error('a contract may not end the process');
};

const registry = await loadContracts(folders, { strict: false, cache, setAside });
const builtins = new Builtins();
let checkedAt = 0;
const prepared = new Set<Contract>();
const fieldChecks = new Map<string, FieldCheck | undefined>();
const answerPacked = (question: unknown): unknown =>
  packNumbers(answerAlone(unpackNumbers(question) as Question));
answerCalls(answerEnd, answerPacked, (questions, given) =>
  answerAll(questions, {
    ...given,
    prepare: (question) => prepare(question as Question),
    answer: answerPacked,
    labelOf: (question) => labelOf(question as Question),
  }),
);

/** Contracts are compiled with their first event. */
function prepare({ name, version }: Question): void {
  const contract = registry.registered(name, version);
  if (contract === undefined || prepared.has(contract)) return;
  prepared.add(contract);
  contract.validate({});
  builtins.restore();
}

/** Answers for this contract alone: built-ins that its code changes are put back, and the change is its own fault. */
function answerAlone(question: Question): Answer {
  // Code that ran late, of a contract that had already answered.
  if (performance.now() - checkedAt > 1) builtins.restore();
  const answered = answer(question);
  const changed = builtins.restore();
  checkedAt = performance.now();
  if (changed.length === 0 || question.event === undefined) return answered;
  if (builtins.restore().length > 0) endThread();
  const what = `changes ${changed.slice(0, 3).join(', ')}, on which other code relies`;
  const violations = [brokenContract('contract_failed', question, question.event, [], what)];
  return question.fields === undefined ? { ok: false, violations } : violations;
}

function answer({ name, version, event, fields, limitMs }: Question): Answer {
  limitCalls(limitMs);
  const contract = registry.registered(name, version);
  if (contract === undefined) return undefined;
  if (fields === undefined) return event && contract.validate(event);
  const key = JSON.stringify([name, version, fields]);
  if (!fieldChecks.has(key)) fieldChecks.set(key, contract.checkFields(fields));
  const check = fieldChecks.get(key);
  return event === undefined ? check !== undefined : check?.(event);
}
