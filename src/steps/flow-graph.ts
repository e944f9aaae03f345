import type { StepConfig, Trigger } from './step.ts';

/** The picture of how topics connect steps. */
export interface FlowGraph {
  /** Names of all flows, sorted. */
  flows: string[];
  nodes: FlowNode[];
  edges: FlowEdge[];
}

export type FlowNode =
  | ({
      kind: 'step';
      id: string;
      name: string;
      description: string;
      triggers: readonly Trigger[];
      enqueues: readonly string[];
      flows: readonly string[];
    } & StepOrigin)
  /** A loose end: a topic that nobody consumes, or that nobody produces. */
  | { kind: 'topic'; id: string; topic: string; missing: 'consumer' | 'producer' };

/** What is known only of steps that come from a file; the project's own stages have neither. */
export interface StepOrigin {
  file?: string;
  retry?: { max_attempts: number };
}

export interface FlowEdge {
  /** `from|topic|to`: two topics between the same two steps are two edges. */
  id: string;
  /** Node ids. */
  from: string;
  to: string;
  topic: string;
}

const looseEnd = (topic: string): string => `topic:${topic}`;

export function flowGraph(
  steps: readonly StepConfig[],
  origins: ReadonlyMap<string, StepOrigin> = new Map(),
): FlowGraph {
  const producers = new Map<string, string[]>();
  const consumers = new Map<string, string[]>();
  for (const step of steps) {
    for (const topic of new Set(step.enqueues)) add(producers, topic, step.name);
    for (const topic of consumedTopics(step)) add(consumers, topic, step.name);
  }

  const nodes: FlowNode[] = steps.map(({ name, description, triggers, enqueues, flows }) => ({
    kind: 'step',
    id: name,
    name,
    description,
    triggers,
    enqueues,
    flows,
    ...origins.get(name),
  }));
  const edges: FlowEdge[] = [];
  for (const topic of new Set([...producers.keys(), ...consumers.keys()])) {
    const from = producers.get(topic);
    const to = consumers.get(topic);
    if (!from || !to) {
      nodes.push({ kind: 'topic', id: looseEnd(topic), topic, missing: to ? 'producer' : 'consumer' });
    }
    for (const source of from ?? [looseEnd(topic)]) {
      for (const target of to ?? [looseEnd(topic)]) {
        edges.push({ id: `${source}|${topic}|${target}`, from: source, to: target, topic });
      }
    }
  }
  return { flows: [...new Set(steps.flatMap(({ flows }) => flows))].toSorted(), nodes, edges };
}

function consumedTopics(step: StepConfig): Set<string> {
  return new Set(step.triggers.flatMap((trigger) => (trigger.type === 'queue' ? [trigger.topic] : [])));
}

function add(map: Map<string, string[]>, key: string, value: string): void {
  const list = map.get(key);
  if (list) list.push(value);
  else map.set(key, [value]);
}
