import type { FlowGraph, FlowStep } from '../../api/types.ts';
import { rate, shortCount } from '../../lib/format.ts';
import type { Activity } from './activity.ts';

interface StepListProps {
  graph: FlowGraph;
  activity: Activity;
  chosen: string | undefined;
  onChoose: (step: string) => void;
}

/** The graph as a list, for a screen on which its names could not be read. */
export function StepList({ graph, activity, chosen, onChoose }: StepListProps) {
  const steps = graph.nodes.filter((node): node is FlowStep => node.kind === 'step');
  return (
    <ul className="step-list" aria-label="Steps">
      {steps.map((step) => {
        const now = activity.step(step.name);
        const reads = step.triggers.flatMap((trigger) =>
          trigger.type === 'queue' ? [inWords(trigger.topic, activity)] : [],
        );
        return (
          <li key={step.name}>
            <button
              type="button"
              className="step-node"
              aria-pressed={chosen === step.name}
              onClick={() => onChoose(step.name)}
            >
              <span className="step-name">
                <span className="truncate">{step.name}</span>
              </span>
              <span className="step-figures">
                <b>{now === undefined ? '–' : rate(now.rate)}</b>/s
                <span>{now === undefined ? '' : `${shortCount(now.handled)} in all`}</span>
                {now !== undefined && now.errors > 0 && (
                  <span className="step-errors">{shortCount(now.errors)} errors</span>
                )}
              </span>
              {reads.length > 0 && <span className="step-topics">reads {reads.join(', ')}</span>}
              {step.enqueues.length > 0 && (
                <span className="step-topics">writes {step.enqueues.join(', ')}</span>
              )}
            </button>
          </li>
        );
      })}
    </ul>
  );
}

function inWords(topic: string, activity: Activity): string {
  const pending = activity.topic(topic)?.pending ?? 0;
  return pending === 0 ? topic : `${topic} (${shortCount(pending)} waiting)`;
}
