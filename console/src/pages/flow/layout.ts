import dagre from '@dagrejs/dagre';
import type { FlowGraph } from '../../api/types.ts';

export interface Point {
  x: number;
  y: number;
}

export interface FlowLayout {
  nodes: Map<string, Point & { width: number; height: number }>;
  /** Pixels from the top left corner that everything fits in, the lines and their labels too. */
  width: number;
  height: number;
  /** By edge id: the way of the line, and where its label has room. */
  edges: Map<string, { points: Point[]; label: Point }>;
}

/** Pixels; names are cut where a narrow screen has no room for them. */
const sizes = {
  wide: {
    step: { width: 204, height: 72 },
    topic: { width: 170, height: 38 },
    label: { width: 152, height: 40 },
  },
  narrow: {
    step: { width: 132, height: 64 },
    topic: { width: 110, height: 34 },
    label: { width: 96, height: 38 },
  },
};

/** Layers from top to bottom, which a screen has more room for than from left to right. Each topic between two steps has a line of its own. */
export function layOut({ nodes, edges }: FlowGraph, isNarrow: boolean): FlowLayout {
  const graph = new dagre.graphlib.Graph({ multigraph: true });
  const { step, topic, label } = isNarrow ? sizes.narrow : sizes.wide;
  graph.setGraph({
    rankdir: 'TB',
    nodesep: isNarrow ? 10 : 30,
    edgesep: isNarrow ? 6 : 14,
    ranksep: isNarrow ? 18 : 24,
  });
  for (const node of nodes) graph.setNode(node.id, { ...(node.kind === 'step' ? step : topic) });
  for (const { id, from, to } of edges) graph.setEdge(from, to, { ...label, labelpos: 'c' }, id);
  dagre.layout(graph);
  const { width = 0, height = 0 } = graph.graph();
  return {
    width,
    height,
    nodes: new Map(
      nodes.map(({ id }) => {
        const { x, y, width, height } = graph.node(id);
        return [id, { x: x - width / 2, y: y - height / 2, width, height }];
      }),
    ),
    edges: new Map(
      edges.map(({ id, from, to }) => {
        const { points, x, y } = graph.edge(from, to, id) as { points: Point[]; x: number; y: number };
        if (from !== to) return [id, { points, label: { x, y } }];
        const others = edges
          .filter((one) => one.from === from && one.to === to)
          .map((one) => (graph.edge(from, to, one.id) as Point).x);
        const inner = others.filter((other) => other < x).length;
        const share = others.length === 1 ? 0.25 : 0.14 + (0.29 * inner) / (others.length - 1);
        return [id, { points: loop(graph.node(from), x - 44, share), label: { x, y } }];
      }),
    ),
  };
}

/**
 * Out of the right side of a node, and back into it; `right` is where its label begins, and `share` how much of the node's height
 * lies between the middle and the line: an outer loop goes around the labels of those within.
 */
function loop(node: Point & { width: number; height: number }, right: number, share: number): Point[] {
  const side = node.x + node.width / 2;
  const [top, bottom] = [node.y - node.height * share, node.y + node.height * share];
  const far = Math.max(side + 12, right);
  return [
    { x: side, y: top },
    { x: far, y: top },
    { x: far, y: bottom },
    { x: side, y: bottom },
  ];
}

/** A line through the points without corners. */
export function smooth(points: readonly Point[]): string {
  const [first, ...rest] = points;
  if (first === undefined) return '';
  let path = `M${first.x},${first.y}`;
  for (const [index, point] of rest.entries()) {
    const next = rest[index + 1];
    if (next === undefined) path += `L${point.x},${point.y}`;
    else path += `Q${point.x},${point.y} ${(point.x + next.x) / 2},${(point.y + next.y) / 2}`;
  }
  return path;
}
