import type { FlowActivity, FlowGraph, StepActivity } from '../../api/types.ts';

export interface TopicActivity {
  /** Events per second. */
  rate: number | null;
  /** Events that wait for a reader. */
  pending: number;
}

export interface Activity {
  step: (name: string) => StepActivity | undefined;
  topic: (name: string) => TopicActivity | undefined;
}

/** Finds the numbers of a step or a topic. */
export function activityOf(activity: FlowActivity | undefined): Activity {
  const steps = new Map(activity?.steps.map((step) => [step.name, step]));
  const topics = new Map<string, TopicActivity>();
  for (const { topic, rate } of activity?.topics ?? []) topics.set(topic, { rate, pending: 0 });
  for (const { topic, pending } of activity?.queues ?? []) {
    const known = topics.get(topic) ?? { rate: null, pending: 0 };
    topics.set(topic, { ...known, pending: Math.max(known.pending, pending) });
  }
  return { step: (name) => steps.get(name), topic: (name) => topics.get(name) };
}

/** The part of the graph that a flow is. */
export function partOf(graph: FlowGraph, flow: string | undefined): FlowGraph {
  if (flow === undefined) return graph;
  const steps = new Set(
    graph.nodes.flatMap((node) => (node.kind === 'step' && node.flows.includes(flow) ? [node.id] : [])),
  );
  const isLoose = (id: string) => graph.nodes.some((node) => node.id === id && node.kind === 'topic');
  const edges = graph.edges.filter(
    ({ from, to }) =>
      (steps.has(from) && steps.has(to)) ||
      (steps.has(from) && isLoose(to)) ||
      (isLoose(from) && steps.has(to)),
  );
  const shown = new Set([...steps, ...edges.flatMap(({ from, to }) => [from, to])]);
  return { ...graph, edges, nodes: graph.nodes.filter(({ id }) => shown.has(id)) };
}
