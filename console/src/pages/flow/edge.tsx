import { BaseEdge, type Edge, EdgeLabelRenderer, type EdgeProps } from '@xyflow/react';
import { rate, shortCount } from '../../lib/format.ts';
import type { TopicActivity } from './activity.ts';
import { type Point, smooth } from './layout.ts';

export interface TopicEdgeData extends Record<string, unknown> {
  topic: string;
  points: Point[];
  label: Point;
  activity: TopicActivity | undefined;
  /** Several steps write to the topic: its figures are of all of them. */
  isShared: boolean;
}

/** A topic on its way between two steps: how fast, and how many wait. */
export function TopicEdge({ id, data }: EdgeProps<Edge<TopicEdgeData>>) {
  if (data === undefined) return null;
  const { topic, points, label, activity, isShared } = data;
  const isMoving = activity !== undefined && activity.rate !== null && activity.rate > 0;
  const isDeep = activity !== undefined && activity.pending > 0;
  return (
    <>
      <BaseEdge
        id={id}
        path={smooth(points)}
        markerEnd="url(#flow-arrow)"
        className={isMoving ? 'topic-line topic-line-moving' : 'topic-line'}
      />
      <EdgeLabelRenderer>
        <div
          className="topic-label"
          data-deep={isDeep}
          style={{ transform: `translate(-50%, -50%) translate(${label.x}px, ${label.y}px)` }}
        >
          <span className="truncate">{topic}</span>
          <span className="topic-figures">
            {activity === undefined ? 'in memory' : `${rate(activity.rate)}/s${isShared ? ' in all' : ''}`}
            {isDeep && <b>{shortCount(activity.pending)} waiting</b>}
          </span>
        </div>
      </EdgeLabelRenderer>
    </>
  );
}

export function EdgeArrow() {
  return (
    <svg width="0" height="0" aria-hidden style={{ position: 'absolute' }}>
      <defs>
        <marker
          id="flow-arrow"
          viewBox="0 0 10 10"
          refX="9"
          refY="5"
          markerWidth="7"
          markerHeight="7"
          orient="auto-start-reverse"
        >
          <path d="M0,1 L9,5 L0,9 z" fill="var(--text-3)" />
        </marker>
      </defs>
    </svg>
  );
}
