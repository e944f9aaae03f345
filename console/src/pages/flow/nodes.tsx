import { Handle, type Node, type NodeProps, Position } from '@xyflow/react';
import { Clock, Globe, type LucideIcon, Rows3, TriangleAlert } from 'lucide-react';
import type { FlowStep, LooseTopic, StepActivity } from '../../api/types.ts';
import { rate, shortCount } from '../../lib/format.ts';

export interface StepNodeData extends Record<string, unknown> {
  step: FlowStep;
  activity: StepActivity | undefined;
  isChosen: boolean;
  onChoose: (step: string) => void;
}

export interface TopicNodeData extends Record<string, unknown> {
  topic: LooseTopic;
}

const iconOf: Record<string, LucideIcon> = { http: Globe, queue: Rows3, cron: Clock };

export function StepNode({ data }: NodeProps<Node<StepNodeData>>) {
  const { step, activity, isChosen, onChoose } = data;
  const Icon = iconOf[step.triggers[0]?.type ?? 'queue'] ?? Rows3;
  return (
    <>
      <Ends />
      <button
        type="button"
        className="step-node nopan"
        aria-pressed={isChosen}
        onClick={() => onChoose(step.name)}
        title={step.description}
      >
        <span className="step-name">
          <Icon size={14} aria-hidden />
          <span className="truncate">{step.name}</span>
        </span>
        <span className="step-figures">
          <b>{activity === undefined ? '–' : rate(activity.rate)}</b>/s
          <span>{activity === undefined ? '' : `${shortCount(activity.handled)} in all`}</span>
          {activity !== undefined && activity.errors > 0 && (
            <span className="step-errors">
              <TriangleAlert size={12} aria-hidden /> {shortCount(activity.errors)}
              <span className="sr-only"> errors</span>
            </span>
          )}
        </span>
      </button>
    </>
  );
}

export function TopicNode({ data: { topic } }: NodeProps<Node<TopicNodeData>>) {
  return (
    <>
      <Ends />
      <div className="topic-node">
        {topic.missing === 'consumer' ? 'nobody reads it yet' : 'nobody writes it yet'}
      </div>
    </>
  );
}

/** The library draws no line without them. */
function Ends() {
  return (
    <>
      <Handle type="target" position={Position.Top} isConnectable={false} />
      <Handle type="source" position={Position.Bottom} isConnectable={false} />
    </>
  );
}
