import { describe, expect, it } from 'vitest';
import { builtinSteps } from '../../src/steps/builtin.ts';
import { flowGraph } from '../../src/steps/flow-graph.ts';
import type { StepConfig } from '../../src/steps/step.ts';

const step = (name: string, takes: string[], gives: string[], flows: string[] = []): StepConfig => ({
  name,
  description: name,
  triggers: takes.map((topic) => ({ type: 'queue', topic })),
  enqueues: gives,
  flows,
});

describe('the flow graph', () => {
  it('draws two topics between the same two steps as two edges', () => {
    const { edges } = flowGraph([step('a', [], ['good', 'bad']), step('b', ['good', 'bad'], [])]);
    expect(edges.map(({ id }) => id)).toEqual(['a|good|b', 'a|bad|b']);
  });

  it('draws each producer to each consumer', () => {
    const { edges } = flowGraph([
      step('a', [], ['t']),
      step('b', [], ['t']),
      step('c', ['t'], []),
      step('d', ['t'], []),
    ]);
    expect(edges.map(({ id }) => id).sort()).toEqual(['a|t|c', 'a|t|d', 'b|t|c', 'b|t|d']);
  });

  it('shows topics that nobody consumes, or nobody produces, as loose ends', () => {
    const { nodes, edges } = flowGraph([step('a', ['in'], ['out'])]);
    expect(nodes.slice(1)).toEqual([
      { kind: 'topic', id: 'topic:out', topic: 'out', missing: 'consumer' },
      { kind: 'topic', id: 'topic:in', topic: 'in', missing: 'producer' },
    ]);
    expect(edges.map(({ from, to }) => `${from} > ${to}`)).toEqual(['a > topic:out', 'topic:in > a']);
  });

  it('names every flow once', () => {
    expect(flowGraph([step('a', [], [], ['y', 'x']), step('b', [], [], ['x'])]).flows).toEqual(['x', 'y']);
  });

  it("draws the project's own stages without a loose end, but for contract topics that nobody takes", () => {
    const { nodes, edges } = flowGraph(builtinSteps(['order_event', 'order_event']));
    expect(nodes.filter(({ kind }) => kind === 'topic').map(({ id }) => id)).toEqual(['topic:order_event']);
    expect(edges.map(({ id }) => id)).toContain('validator|validated_data|loader');
    expect(edges.map(({ id }) => id)).toContain('validator|schema_fixed|loader');
    expect(new Set(edges.map(({ id }) => id)).size).toBe(edges.length);
  });
});
