import { CircleCheck, X } from 'lucide-react';
import { useEffect, useRef } from 'react';
import { Link } from 'wouter';
import { useApi } from '../../api/queries.ts';
import type { FlowStep, StepActivity, Trigger } from '../../api/types.ts';
import { count, rate } from '../../lib/format.ts';
import { Ago, Button, Card } from '../../ui/basics.tsx';
import { Load } from '../../ui/load.tsx';
import { LogLines } from '../logs/log-lines.tsx';

interface StepDetailProps {
  step: FlowStep;
  activity: StepActivity | undefined;
  onClose: () => void;
}

/** What a step is, what it did, and what went wrong. */
export function StepDetail({ step, activity, onClose }: StepDetailProps) {
  const top = useRef<HTMLDivElement>(null);
  useEffect(() => {
    // Newer browsers return a promise, which an effect must not.
    top.current?.scrollIntoView({ block: 'nearest' });
  }, []);
  return (
    <div className="columns" ref={top}>
      <Card
        className="span-5"
        title={step.name}
        end={<Button kind="ghost" size="small" icon={X} aria-label="Close" onClick={onClose} />}
      >
        <div className="stack" style={{ gap: 14 }}>
          <p>{step.description}</p>
          <dl className="facts">
            <dt>Triggers</dt>
            <dd>
              {step.triggers.map((trigger) => (
                <div key={JSON.stringify(trigger)}>{triggerInWords(trigger)}</div>
              ))}
            </dd>
            <dt>Enqueues</dt>
            <dd className="mono">{step.enqueues.join(', ') || '–'}</dd>
            <dt>Flows</dt>
            <dd>{step.flows.join(', ') || '–'}</dd>
            {step.file !== undefined && (
              <>
                <dt>File</dt>
                <dd className="mono">{step.file}</dd>
              </>
            )}
            {step.retry !== undefined && (
              <>
                <dt>Retries</dt>
                <dd>{retryInWords(step.retry)}</dd>
              </>
            )}
            <dt>Handled</dt>
            <dd>
              {activity === undefined ? '–' : `${count(activity.handled)}, now ${rate(activity.rate)}/s`}
            </dd>
            <dt>Errors</dt>
            <dd>{activity === undefined ? '–' : count(activity.errors)}</dd>
          </dl>
        </div>
      </Card>
      <div className="span-7 stack" style={{ gap: 16, alignContent: 'start' }}>
        <Card title="Last errors">
          <LastErrors errors={activity?.last_errors ?? []} />
        </Card>
        <Card
          title="Its logs"
          flush
          end={<Link href={`/logs?step=${encodeURIComponent(step.name)}`}>All of them, live</Link>}
        >
          <StepLogs name={step.name} />
        </Card>
      </div>
    </div>
  );
}

function LastErrors({ errors }: { errors: StepActivity['last_errors'] }) {
  if (errors.length === 0)
    return (
      <p className="row muted">
        <CircleCheck size={15} color="var(--loaded)" aria-hidden /> None since the service started.
      </p>
    );
  return (
    <ul className="stack">
      {errors.map(({ at, code, message }) => (
        <li key={`${at}${code}${message}`} className="step-error">
          <code>{code}</code> <span>{message}</span> <Ago at={at} />
        </li>
      ))}
    </ul>
  );
}

function StepLogs({ name }: { name: string }) {
  const query = useApi('GET /api/v1/logs', { query: { step: name, limit: 20 }, every: 5000 });
  return (
    <Load query={query}>
      {({ items }) =>
        items.length === 0 ? (
          <p className="muted step-quiet">It has not written a line yet.</p>
        ) : (
          <LogLines lines={items} brief />
        )
      }
    </Load>
  );
}

function triggerInWords(trigger: Trigger): string {
  switch (trigger.type) {
    case 'http':
      return `${trigger.method} ${trigger.path}`;
    case 'queue':
      return `topic ${trigger.topic}`;
    case 'cron':
      return `cron ${trigger.expression}`;
  }
}

function retryInWords({ max_attempts: attempts }: NonNullable<FlowStep['retry']>): string {
  return `${attempts} attempts, then a dead letter`;
}
