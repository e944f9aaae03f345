import { parentPort, workerData } from 'node:worker_threads';
import { type AnswerEnd, answerCalls } from '../../support/sync-call.ts';
import { type ContractSources, openJudging } from './judging.ts';

/** What the thread is given that judges events by contracts with code of their own. */
export interface JudgeInput extends ContractSources {
  answerEnd: AnswerEnd;
}

const { answerEnd, ...given } = workerData as JudgeInput;
const { answer, answerAll } = await openJudging(given, (name) => parentPort!.postMessage(name));
answerCalls(answerEnd, answer, answerAll);
