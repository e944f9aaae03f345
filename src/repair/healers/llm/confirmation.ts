import type { Failure, Proposal } from '../../healing/healer.ts';
import { keyMaskOf } from './key-mask.ts';
import { withoutValues } from './scrub.ts';
import {
  type SecondLook,
  questionsOf,
  readSecondLook,
  secondLookMessages,
  secondLookSchema,
} from './second-look.ts';
import type { Talk } from './talk.ts';
import { unprovenIn } from './unproven.ts';

/** Says how far a plan that works is to be believed. `attempt`: the number of the answer that it was. */
export type Confirmation = (
  failure: Failure,
  proposal: Extract<Proposal, { kind: 'plan' }>,
  attempt: number,
  signal: AbortSignal,
) => Promise<Proposal>;

/**
 * What no name speaks for is asked again, as questions that do not tell of the plan, and loads by itself only when all are
 * answered with yes. Names that are known to be of different things wait for a person all the same.
 */
export function createConfirmation(talk: Talk, asksAgain: boolean): Confirmation {
  async function confirm(
    failure: Failure,
    proposal: Extract<Proposal, { kind: 'plan' }>,
    attempt: number,
    signal: AbortSignal,
  ): Promise<Proposal> {
    const { plan, evidence } = proposal;
    const mask = keyMaskOf(failure.event, failure.contract.jsonSchema);
    const unproven = unprovenIn(plan, failure.contract, (path) => mask.shownPointer(path) === path);
    if (unproven.length === 0) return { ...proposal, confidence: 'evident' };
    const risks = unproven.map(({ risk }) => `risk: ${risk}`);
    const questions = asksAgain ? questionsOf(plan.operations) : undefined;
    if (questions === undefined)
      return { ...proposal, evidence: [...evidence, ...risks], confidence: 'unproven' };
    const look = await secondLook(failure, questions, attempt, signal);
    if (look.verdict === 'invalid')
      return { kind: 'refused', reason: 'its plan works, but it did not answer a second question about it' };
    const isConfirmed = look.verdict === 'confirmed';
    const isKnownToDiffer = unproven.some((one) => one.isKnownToDiffer);
    const said = isConfirmed
      ? 'a second question about each field was answered with yes'
      : 'a second question about its fields was not answered with yes throughout';
    const differs = isConfirmed && isKnownToDiffer ? ['but the names are of different things'] : [];
    return {
      ...proposal,
      evidence: [...evidence, said, ...differs, ...look.reasons, ...risks],
      confidence: isConfirmed && !isKnownToDiffer ? 'confirmed' : 'unproven',
    };
  }

  /** Asked once more when the answer is none. */
  async function secondLook(
    failure: Failure,
    questions: NonNullable<ReturnType<typeof questionsOf>>,
    attempt: number,
    signal: AbortSignal,
  ): Promise<SecondLook> {
    const added = secondLookMessages(questions, failure);
    const wanted = { name: 'second_look', schema: secondLookSchema };
    const mask = keyMaskOf(failure.event, failure.contract.jsonSchema);
    const read = (text: string) => {
      const look = readSecondLook(text, questions.length);
      const reasons = look.reasons.map(
        (reason) => `second look, ${withoutValues(mask.withoutKeys(reason), failure.event)}`,
      );
      return { ...look, reasons, outcome: look.verdict };
    };
    let look: SecondLook = { verdict: 'invalid', reasons: [] };
    for (let time = 1; look.verdict === 'invalid' && time <= 2; time++) {
      const question = { messages: added, added, attempt: attempt + time, wanted };
      const reply = await talk(failure, question, read, signal);
      if (reply.kind === 'read') look = reply.read;
    }
    return look;
  }

  return confirm;
}
