import { Database, Inbox, Search, Sparkles, TriangleAlert, Wrench } from 'lucide-react';
import { Link, useParams } from 'wouter';
import { useApi } from '../../api/queries.ts';
import type { EventTrail } from '../../api/types.ts';
import { dateTime } from '../../lib/format.ts';
import { letterHref, ruleHref } from '../../lib/links.ts';
import { Ago, Card, Page } from '../../ui/basics.tsx';
import { Copy } from '../../ui/copy.tsx';
import { JsonView } from '../../ui/json-view.tsx';
import { Load } from '../../ui/load.tsx';
import { Status } from '../../ui/status.tsx';
import { ViolationList } from '../../ui/violations.tsx';
import { Changes } from './changes.tsx';
import { Outcome } from './outcome.tsx';
import { Step } from './step.tsx';
import './events.css';

const moving = new Set(['accepted', 'healing']);

/** One event from its reception to its row: what was wrong, what was changed, and where each value came from. */
export default function Trail() {
  const { id } = useParams<{ id: string }>();
  const first = useApi('GET /api/v1/events/{id}', { params: { id } });
  const isMoving = first.data !== undefined && moving.has(first.data.status);
  const query = useApi('GET /api/v1/events/{id}', { params: { id }, every: isMoving ? 1000 : undefined });
  const event = query.data?.request_id === id.toLowerCase() ? query.data : undefined;
  return (
    <Page
      title="Event"
      crumbs={
        <>
          <Link href="/events">Events</Link> / <span className="mono truncate">{id}</span>
          <Copy text={id} label="the request id" />
        </>
      }
      lead={event && <Status of={event.status} />}
      actions={
        event?.dead_letter_id !== undefined &&
        event.dead_letter_id !== null && (
          <Link href={letterHref(event.dead_letter_id)} className="button">
            <Inbox size={15} aria-hidden /> {event.status === 'dead_letter' ? 'Settle it' : 'Its dead letter'}
          </Link>
        )
      }
    >
      <Load query={{ ...query, data: event }} height={360}>
        {(event) => <Steps event={event} />}
      </Load>
    </Page>
  );
}

function Steps({ event }: { event: EventTrail }) {
  const { violations = [], changes = [], original } = event;
  const isRepaired = event.plan !== undefined || changes.length > 0;
  return (
    <div className="columns">
      <Card className="span-8">
        <ol className="trail">
          <Step icon={Search} tone="accent" title="Received" note={<Received event={event} />} />
          {violations.length > 0 && (
            <Step icon={TriangleAlert} tone="dead_letter" title="Did not fit its contract">
              <ViolationList violations={violations} />
            </Step>
          )}
          {event.status === 'healing' && (
            <Step icon={Sparkles} tone="healing" title="With the healers" note="the page follows it" />
          )}
          {isRepaired && (
            <Step icon={Wrench} tone="repaired" title="Repaired" note={<RepairedBy event={event} />}>
              <Changes event={event} />
            </Step>
          )}
          <Outcome event={event} />
        </ol>
      </Card>
      <div className="span-4 stack" style={{ gap: 12, alignContent: 'start' }}>
        {original !== undefined && (
          <Card title="As received">
            <JsonView value={original} label="The event as it was received" />
          </Card>
        )}
        {event.row !== undefined && (
          <Card title="The row" note={event.contract ?? ''} end={<Database size={14} aria-hidden />}>
            <JsonView value={event.row} label="The row in the destination" />
          </Card>
        )}
      </div>
    </div>
  );
}

function Received({ event: { received_at: at, source, contract, version } }: { event: EventTrail }) {
  return (
    <span>
      {at !== null && (
        <>
          <Ago at={at} />, {dateTime(at)}
        </>
      )}
      {source !== null && ` from ${source}`}
      {contract !== null && ` as ${contract} ${version ?? ''}`}
    </span>
  );
}

function RepairedBy({ event: { healer, rule_id: rule } }: { event: EventTrail }) {
  return (
    <span className="row">
      {healer !== null && healer !== undefined && <Status of={healer} />}
      {rule !== null && rule !== undefined && (
        <Link href={ruleHref(rule)} className="mono">
          {rule}
        </Link>
      )}
    </span>
  );
}
