import type { FastifyInstance, FastifyReply } from 'fastify';
import { type ReplayBody, deadLetterEditRoutes as table } from '../../api/routes/dead-letters.ts';
import { stillInvalid, trailOf } from '../../dead-letter/corrections/correct.ts';
import { changedLeaves, type EditReview } from '../../dead-letter/edit.ts';
import { type DeadLetter, type EditTrail, isFollowUp } from '../../model/dead-letter.ts';
import { replayGroup } from '../../dead-letter/replay-many.ts';
import { replay } from '../../dead-letter/replay.ts';
import { parseExact } from '../../model/exact-json.ts';
import { type JsonObject, sameJson } from '../../model/json.ts';
import type { ServerContext } from '../context.ts';
import { mount } from '../mount.ts';
import type { Problem } from '../../api/problem.ts';
import { conflict, sendProblem, unprocessable } from '../replies.ts';
import { unknownLetter } from './dead-letters.ts';

/** A person settles one dead letter, and perhaps all that failed like it. */
export function deadLetterEditRoutes(app: FastifyInstance, context: ServerContext): void {
  const { letters, pipeline } = context;

  mount(app, table, {
    async 'POST /api/v1/dead-letters/{id}/replay'({ params: { id }, body }, reply) {
      const letter = await letters.get(id);
      if (letter === undefined) return sendProblem(reply, unknownLetter(id));
      const refusal = whyNot(letter, body);
      if (refusal !== undefined) return sendProblem(reply, refusal);
      const { event, dry_run: dryRun, learn, group } = body;
      if (event === undefined) return sendBack(reply, letter);
      if (dryRun === true) {
        void reply.code(200);
        return { dry_run: true as const, ...(await pipeline.dryRunEdit(letter, event)) };
      }
      if (isFollowUp(letter)) {
        const by_hand = changedLeaves(parseExact(letter.raw) as JsonObject, event);
        return sendBack(reply, letter, { event, edit: { by_hand } });
      }

      const review = await pipeline.reviewEdit(letter, event);
      if (!review.valid && body.force !== true) return sendProblem(reply, refusalOf(review));
      if (sameJson(parseExact(letter.raw), event) && learn !== true) return sendBack(reply, letter);
      if (learn !== true) return sendBack(reply, letter, { event, edit: trailOf(review) });
      const learned = await pipeline.learn(letter, event);
      if (!learned.ok)
        return sendProblem(
          reply,
          unprocessable(`this edit makes no rule: ${learned.error}`, 'not_learnable'),
        );
      const edit = { ...trailOf(learned.value.review), rule_id: learned.value.ruleId };
      return sendBack(reply, letter, { event, edit }, group);
    },
  });

  async function sendBack(
    reply: FastifyReply,
    letter: DeadLetter,
    corrected?: { event: JsonObject; edit: EditTrail },
    group?: boolean,
  ) {
    const edit = corrected && { edited: JSON.stringify(corrected.event), edit: corrected.edit };
    const replayed = await replay(context, letter.id, edit);
    if (!replayed.ok) return sendProblem(reply, conflict(replayed.error));
    const others =
      group === true ? { ...(await replayGroup(context, letter)), signature: letter.signature } : undefined;
    return {
      id: replayed.value.id,
      request_id: replayed.value.request_id,
      status: 'replaying' as const,
      rule_id: edit?.edit.rule_id,
      ...(others === undefined ? undefined : { replayed: 1 as const, group: others }),
    };
  }
}

function whyNot(
  letter: DeadLetter,
  { event, learn, group, dry_run: dryRun }: ReplayBody,
): Problem | undefined {
  if (event === undefined && (learn === true || dryRun === true))
    return unprocessable('to learn, the edited event is needed: {"event": …, "learn": true}');
  if (group === true && learn !== true)
    return unprocessable('a group is settled by a rule: {"event": …, "learn": true, "group": true}');
  if (letter.step !== undefined && (learn === true || dryRun === true))
    return unprocessable(`it is the input of step ${letter.step}, which no contract and no rule is for`);
  if (letter.destination !== undefined && (learn === true || dryRun === true))
    return unprocessable(
      `only destination ${letter.destination} refused it, which no rule is for; the event itself is valid`,
    );
  return letter.status === 'open'
    ? undefined
    : conflict(`dead letter ${letter.id} is ${letter.status}; only open ones can be settled`);
}

function refusalOf(review: EditReview): Problem {
  const detail = `${stillInvalid(review)}; add "force": true (--force) to send it all the same, for the healers`;
  return { ...unprocessable(detail, 'still_invalid'), violations: review.violations };
}
