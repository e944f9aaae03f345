import { Background, Controls, type Edge, type Node, ReactFlow } from '@xyflow/react';
import '@xyflow/react/dist/style.css';
import { useMemo } from 'react';
import type { FlowGraph } from '../../api/types.ts';
import { useMedia } from '../../lib/use-media.ts';
import { useTheme } from '../../lib/theme.ts';
import type { Activity } from './activity.ts';
import { EdgeArrow, TopicEdge, type TopicEdgeData } from './edge.tsx';
import { layOut } from './layout.ts';
import { StepNode, type StepNodeData, TopicNode, type TopicNodeData } from './nodes.tsx';

const nodeTypes = { step: StepNode, topic: TopicNode };
const edgeTypes = { topic: TopicEdge };
interface GraphProps {
  graph: FlowGraph;
  activity: Activity;
  chosen: string | undefined;
  onChoose: (step: string) => void;
}

/** Steps and topics as their own declarations say, with what goes through them now. */
export function Graph({ graph, activity, chosen, onChoose }: GraphProps) {
  const isNarrow = useMedia('(max-width: 820px)');
  const { isDark } = useTheme();
  const places = useMemo(() => layOut(graph, isNarrow), [graph, isNarrow]);

  const nodes = useMemo(
    () =>
      graph.nodes.map((node): Node<StepNodeData | TopicNodeData> => {
        const { x, y, width, height } = places.nodes.get(node.id)!;
        const data =
          node.kind === 'step'
            ? { step: node, activity: activity.step(node.name), isChosen: chosen === node.name, onChoose }
            : { topic: node };
        return { id: node.id, type: node.kind, position: { x, y }, width, height, data };
      }),
    [graph, places, activity, chosen, onChoose],
  );
  const edges = useMemo(() => {
    const writers = (of: string) =>
      new Set(graph.edges.filter(({ topic }) => topic === of).map(({ from }) => from)).size;
    return graph.edges.map(({ id, from, to, topic }): Edge<TopicEdgeData> => ({
      id,
      type: 'topic',
      source: from,
      target: to,
      data: {
        topic,
        ...places.edges.get(id)!,
        activity: activity.topic(topic),
        isShared: writers(topic) > 1,
      },
    }));
  }, [graph, places, activity]);

  return (
    <div className="flow-graph">
      <EdgeArrow />
      <ReactFlow
        key={isNarrow ? 'narrow' : 'wide'}
        nodes={nodes}
        edges={edges}
        nodeTypes={nodeTypes}
        edgeTypes={edgeTypes}
        colorMode={isDark ? 'dark' : 'light'}
        onInit={(flow) =>
          void flow.fitBounds({ x: 0, y: 0, width: places.width, height: places.height }, { padding: 0.03 })
        }
        minZoom={0.2}
        maxZoom={1.6}
        nodesDraggable={false}
        nodesConnectable={false}
        nodesFocusable={false}
        edgesFocusable={false}
        elementsSelectable={false}
        zoomOnScroll={false}
        preventScrolling={false}
        aria-label="Steps and topics"
      >
        <Background gap={22} size={1} color="var(--border)" />
        <Controls showInteractive={false} showFitView={false} />
      </ReactFlow>
    </div>
  );
}
