import type { IIIClient } from 'iii-sdk';
import type { FlowGraph, FlowNode } from '../../steps/flow-graph.ts';

type StepNode = Extract<FlowNode, { kind: 'step' }>;
type Handler = (input: never) => Promise<unknown>;

/** Registers a function for each step and stage, with the metadata from which the engine's console draws the flow. */
export function registerFlow(
  client: IIIClient,
  namespace: string,
  { graph, ingest }: { graph: FlowGraph; ingest: Handler | undefined },
): { unregister(): void } {
  const functions = graph.nodes.flatMap((node) => {
    if (node.kind !== 'step') return [];
    const takesEvents = node.name === 'ingest' && node.file === undefined;
    const handler = takesEvents && ingest ? ingest : notCalled(node.name);
    return [
      client.registerFunction(`${namespace}::${node.name}`, handler as (input: unknown) => Promise<unknown>, {
        description: node.description,
        metadata: metadataOf(node, namespace),
      }),
    ];
  });
  return { unregister: () => functions.forEach((each) => each.unregister()) };
}

/** The console drops a function without a text as `filePath`, and draws one node for each `filePath`. */
const metadataOf = (
  { name, description, triggers, enqueues, flows, file }: StepNode,
  namespace: string,
): Record<string, unknown> => ({
  name,
  description,
  filePath: `${namespace}/${file ?? `${name}.ts`}`,
  triggers,
  enqueues,
  flows,
});

const notCalled =
  (name: string): Handler =>
  () =>
    Promise.reject(
      new Error(`${name} is started by its own triggers; send events to ingest, or publish to its topic`),
    );
