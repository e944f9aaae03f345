import { Readable } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import type { Problem } from '../../api/problem.ts';
import { correctionRoutes as table } from '../../api/routes/corrections.ts';
import { type FaultyFile, stageImport } from '../../dead-letter/corrections/stage-import.ts';
import { tryImport, tryPlan } from '../../dead-letter/corrections/try-correction.ts';
import type { JobFilter } from '../../model/job.ts';
import type { Plan } from '../../model/plan.ts';
import { type Result, fail, ok } from '../../model/result.ts';
import { parsePlan } from '../../repair/plans/parse-plan.ts';
import { UnreadableText } from '../../support/text-lines.ts';
import type { ServerContext } from '../context.ts';
import { mount } from '../mount.ts';
import { sendProblem, unprocessable } from '../replies.ts';
import { namesNothing, whatItNames } from './letter-filter.ts';

/** A person corrects many dead letters at once: by a plan, or by a corrected file. */
export function correctionRoutes(app: FastifyInstance, context: ServerContext): void {
  const { letters, jobs, pipeline, config } = context;
  const { maxDepth, maxBodyBytes: maxBytes } = config.http;
  const limits = { maxDepth, maxBytes };
  // Read as it comes, whatever its size.
  app.addContentTypeParser(['application/x-ndjson', 'application/jsonl'], (_request, file, done) =>
    done(null, file),
  );

  mount(app, table, {
    async 'POST /api/v1/dead-letters/correct'({ body, request }, reply) {
      const filter = whatItNames(body.filter);
      if (filter === undefined) return sendProblem(reply, namesNothing);
      const plan = parsePlan(body.plan);
      if (!plan.ok) return sendProblem(reply, unprocessable(`plan: ${plan.error}`, 'invalid_plan'));
      if (body.dry_run) {
        void reply.code(200);
        return { dry_run: true as const, ...(await tryPlan(context, filter, plan.value)) };
      }
      const learned = body.learn ? await learn(filter, plan.value) : ok(undefined);
      if (!learned.ok) return sendProblem(reply, unprocessable(learned.error, 'not_learnable'));
      const rule = learned.value === undefined ? {} : { rule_id: learned.value };
      const as_of = new Date().toISOString();
      const order = { kind: 'correct', filter, plan: plan.value, as_of, ...rule } as const;
      const job = await jobs.create(order, request.actor);
      return { job_id: job.id, ...rule };
    },

    async 'POST /api/v1/dead-letters/import'({ query: { dry_run: dryRun, force }, request }, reply) {
      const file = request.body;
      if (!(file instanceof Readable)) return sendProblem(reply, noFile);
      try {
        if (dryRun) {
          void reply.code(200);
          return { dry_run: true as const, ...(await tryImport(context, file, { ...limits, force })) };
        }
        const id = jobs.newId();
        const read = await stageImport({ letters, staged: jobs.staged }, id, file, limits);
        if (!read.ok) return sendProblem(reply, faulty(read.error));
        const { lines, unchanged, staged: total } = read.value;
        const order = {
          kind: 'import',
          filter: {},
          as_of: new Date().toISOString(),
          ...(force && { force }),
        } as const;
        await jobs.create(order, request.actor, { id, total });
        return { job_id: id, lines, unchanged };
      } catch (error) {
        if (!(error instanceof UnreadableText)) throw error;
        return sendProblem(
          reply,
          unprocessable(`the file cannot be read: ${error.message}`, 'unreadable_file'),
        );
      }
    },
  });

  /** From the first letter that the plan mends. */
  async function learn(filter: JobFilter, plan: Plan): Promise<Result<string>> {
    if (filter.signature === undefined)
      return fail('learn: a rule is for letters that fail alike: name their signature in the filter');
    const { samples } = await tryPlan(context, filter, plan);
    const letter = samples[0] && (await letters.get(samples[0].id));
    return letter === undefined
      ? fail('learn: the plan mends none of these letters')
      : pipeline.learnPlan(letter, plan);
  }
}

const noFile = unprocessable(
  'send the corrected export as the body, with Content-Type: application/x-ndjson',
);

function faulty({ faulty: count, errors }: FaultyFile): Problem {
  const lines = count === 1 ? '1 line' : `${count} lines`;
  const [first] = errors;
  const detail = `${lines} cannot be imported, so none was; line ${first!.line}: ${first!.detail}`;
  return { ...unprocessable(detail, 'faulty_lines'), errors };
}
