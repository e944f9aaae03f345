import { writeFileSync } from 'node:fs';
import { type ContractSources, openJudging } from './judging.ts';

/** Answers questions of the process that has started this one: one line of messages each way, answers in their order. */
const send = process.send!.bind(process);
process.once('disconnect', process.exit.bind(process, 0));
try {
  // Where memory runs out, this process is to end, and not the service.
  writeFileSync('/proc/self/oom_score_adj', '1000');
} catch {
  // Other systems have no such file.
}
const given = await new Promise<ContractSources>((resolve) =>
  process.once('message', (message) => resolve(message as ContractSources)),
);
const { answer } = await openJudging(given, (stray) => send({ stray }));
process.on('message', (question) => send({ answer: answer(question) }));
send({ isOpen: true });
