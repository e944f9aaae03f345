import { topics, asideTopics } from '../model/event.ts';
import { copyTopic } from '../load/replicas/message.ts';
import type { StepConfig } from './step.ts';

const flows = ['data-sentinel'];

/**
 * The project's own stages, described as steps so that the flow shows them; their handlers are the pipeline.
 * `contractTopics`: the topics on which contracts publish their valid events; `destinations`: the names of the further ones.
 */
export function builtinSteps(
  contractTopics: readonly string[] = [],
  destinations: readonly string[] = [],
): StepConfig[] {
  return [
    {
      name: 'ingest',
      description: 'Takes raw events, makes them durable, and answers 202.',
      triggers: [
        { type: 'http', method: 'POST', path: '/ingest' },
        { type: 'http', method: 'POST', path: '/ingest/:source' },
      ],
      enqueues: [topics.raw],
      flows,
    },
    {
      name: 'validator',
      description:
        'Checks each event against its contract and applies the repair rule that is known for its failure.',
      triggers: [
        { type: 'queue', topic: topics.raw },
        { type: 'queue', topic: topics.replay },
        ...asideTopics.map((topic) => ({ type: 'queue' as const, topic })),
      ],
      enqueues: [
        ...asideTopics,
        topics.validated,
        topics.fixed,
        topics.failed,
        topics.unrecoverable,
        ...new Set(contractTopics),
        ...destinations.map(copyTopic),
        ...(destinations.length === 0 ? [] : [topics.parked]),
      ],
      flows,
    },
    {
      name: 'healer',
      description: 'Looks for a structural repair, by heuristics, then by an LLM, and learns it as a rule.',
      triggers: [{ type: 'queue', topic: topics.failed }],
      enqueues: [topics.fixed, topics.unrecoverable],
      flows,
    },
    {
      name: 'loader',
      description: 'Loads valid and repaired events into the destination, each exactly once.',
      triggers: [
        { type: 'queue', topic: topics.validated },
        { type: 'queue', topic: topics.fixed },
        ...(destinations.length === 0 ? [] : [{ type: 'queue' as const, topic: topics.parked }]),
      ],
      enqueues: [topics.unrecoverable],
      flows,
    },
    ...destinations.map((name): StepConfig => ({
      name: `loader-${name}`,
      description: `Loads copies of the events into the destination ${name}, at its own pace, each exactly once.`,
      triggers: [{ type: 'queue', topic: copyTopic(name) }],
      enqueues: [topics.unrecoverable],
      flows,
    })),
    {
      name: 'dead-letters',
      description: 'Keeps events that could not be repaired until a person settles them.',
      triggers: [{ type: 'queue', topic: topics.unrecoverable }],
      enqueues: [],
      flows,
    },
    {
      name: 'replay',
      description: 'Sends dead letters back to the validator, as they came or corrected by a person.',
      triggers: [
        { type: 'http', method: 'POST', path: '/api/v1/dead-letters/:id/replay' },
        { type: 'http', method: 'POST', path: '/api/v1/dead-letters/replay' },
      ],
      enqueues: [topics.replay],
      flows,
    },
  ];
}
