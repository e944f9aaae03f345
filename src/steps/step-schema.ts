import { Cron } from 'croner';
import { z } from 'zod';
import { messageOf } from '../model/errors.ts';
import { sourceName } from '../model/event.ts';
import { httpMethods } from './step.ts';

const stepName = z
  .string('must be a name')
  .regex(/^[A-Za-z][\w.-]{0,63}$/, 'letters, digits, "_", "." and "-", at most 64, beginning with a letter');
const topicName = z
  .string('the name of a topic')
  .regex(/^[A-Za-z][\w.-]{0,63}$/, 'letters, digits, "_", "." and "-", at most 64, beginning with a letter');

/** Paths that the service itself answers. */
const ownPaths = ['ingest', 'api', 'health', 'ready', 'metrics', 'console'];

const path = z
  .string('a path')
  .regex(/^(?:\/(?::?[\w.-]+)?)+$/, 'a path such as /payments/:id')
  .refine((value) => !ownPaths.includes(value.split('/')[1] ?? ''), {
    error: `a path that does not begin with ${ownPaths.map((own) => `/${own}`).join(', ')}, which are the service's own`,
  });

const expression = z.string('a cron expression').check((context) => {
  try {
    new Cron(context.value, { paused: true }).stop();
  } catch (error) {
    context.issues.push({
      code: 'custom',
      input: context.value,
      message: `a cron expression such as "*/5 * * * *" (${messageOf(error)})`,
    });
  }
});

const trigger = z.discriminatedUnion(
  'type',
  [
    z.strictObject({
      type: z.literal('http'),
      method: z.enum(httpMethods),
      path,
      source: z.string().regex(sourceName, 'the name of a source in the settings').optional(),
    }),
    z.strictObject({ type: z.literal('queue'), topic: topicName, contract: z.string().min(1).optional() }),
    z.strictObject({ type: z.literal('cron'), expression }),
  ],
  'a trigger of type http, queue or cron',
);

const count = (max: number) => z.int().min(1).max(max);

/** What a step file's `config` must look like. */
export const stepConfigSchema = z.strictObject({
  name: stepName,
  description: z.string('must be a sentence that says what the step does').default(''),
  triggers: z.array(trigger, 'must be a list of triggers').min(1, 'at least one trigger'),
  enqueues: z.array(topicName, 'a list of topics').default([]),
  flows: z.array(z.string().min(1), 'a list of flow names').default([]),
  retry: z
    .strictObject({
      maxAttempts: count(1000).optional(),
      initialDelayMs: z.int().min(0).max(86_400_000).optional(),
      maxDelayMs: z.int().min(0).max(86_400_000).optional(),
      factor: z.number().min(1).max(100).optional(),
      jitter: z.number().min(0).max(1).optional(),
    })
    .optional(),
  batch: z
    .strictObject({ maxEvents: count(100_000).optional(), concurrency: count(1000).optional() })
    .optional(),
});
