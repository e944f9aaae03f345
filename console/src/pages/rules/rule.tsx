import { CircleSlash, TriangleAlert } from 'lucide-react';
import { Link, useParams } from 'wouter';
import { describePlan } from '../../../../src/repair/plans/describe-plan.ts';
import { useApi } from '../../api/queries.ts';
import type { Rule } from '../../api/types.ts';
import { count, plural } from '../../lib/format.ts';
import { AuditHistory } from '../../ui/audit-history.tsx';
import { Ago, At, Card, Page } from '../../ui/basics.tsx';
import { Copy } from '../../ui/copy.tsx';
import { JsonView } from '../../ui/json-view.tsx';
import { Load } from '../../ui/load.tsx';
import { Notice, Status } from '../../ui/status.tsx';
import { RuleActions } from './rule-actions.tsx';
import { RuleReview } from './rule-review.tsx';
import { RuleRows } from './rule-rows.tsx';
import { otherDoubt, whyDisabled } from './why-disabled.ts';

/** One rule: why it was believed, what it does, and each row that it touched. */
export default function RulePage() {
  const { id } = useParams<{ id: string }>();
  const query = useApi('GET /api/v1/rules/{id}', { params: { id }, every: 5000 });
  const rule = query.data?.id === id ? query.data : undefined;
  return (
    <Page
      title={rule === undefined ? 'Rule' : describePlan(rule.plan)[0]!}
      crumbs={
        <>
          <Link href="/rules">Rules</Link> / <span className="mono">{id}</span>
          <Copy text={id} label="the rule’s id" />
        </>
      }
      lead={
        rule && (
          <span className="row">
            <Status of={rule.status} />
            <Status of={rule.origin} />
          </span>
        )
      }
      actions={rule && <RuleActions rule={rule} />}
    >
      {rule !== undefined && <Troubles rule={rule} />}
      <Load query={{ ...query, data: rule }} height={240}>
        {(rule) => <Facts rule={rule} />}
      </Load>
      {rule?.status === 'candidate' && <RuleReview id={id} />}
      <RuleRows id={id} doubtSince={rule?.doubt?.since} />
      <AuditHistory target={id} />
    </Page>
  );
}

/** Why it is not applied, and what of its work must be looked at. */
function Troubles({ rule }: { rule: Rule }) {
  const why = whyDisabled(rule);
  return (
    <>
      {why !== undefined && (
        <Notice tone="duplicate" icon={CircleSlash}>
          {why} Approve it to use it again.
        </Notice>
      )}
      {rule.doubt !== undefined && (
        <Notice tone="dead_letter" icon={TriangleAlert}>
          What it repaired since <At at={rule.doubt.since} /> may be wrong{otherDoubt(rule)}. Look at the rows
          below that are in doubt. When they are wrong, roll the rule back; when they are right, approve or
          delete it, and they stay.
        </Notice>
      )}
    </>
  );
}

function Facts({ rule }: { rule: Rule }) {
  return (
    <div className="columns">
      <div className="span-7 stack" style={{ gap: 16, alignContent: 'start' }}>
        <Card title="What it does">
          <div className="stack" style={{ gap: 12 }}>
            <ol className="plan">
              {describePlan(rule.plan).map((line) => (
                <li key={line}>
                  <code>{line}</code>
                </li>
              ))}
            </ol>
            <details>
              <summary>The plan as JSON</summary>
              <JsonView value={JSON.parse(JSON.stringify(rule.plan))} label="The plan" />
            </details>
          </div>
        </Card>
        {rule.evidence.length > 0 && (
          <Card title="Why it was believed">
            <ul className="stack">
              {rule.evidence.map((line) => (
                <li key={line}>{line}</li>
              ))}
            </ul>
          </Card>
        )}
      </div>
      <About rule={rule} />
    </div>
  );
}

function About({ rule }: { rule: Rule }) {
  return (
    <Card className="span-5" title="About it">
      <dl className="facts">
        <dt>For</dt>
        <dd>
          {rule.source} →{' '}
          <Link href={`/contracts/${encodeURIComponent(rule.contract)}`}>{rule.contract}</Link> {rule.version}
        </dd>
        <dt>Repaired</dt>
        <dd>{plural(rule.hits, 'event')}</dd>
        <dt>Could not repair</dt>
        <dd>{count(rule.failures)}</dd>
        <dt>Last used</dt>
        <dd>
          <Ago at={rule.last_used_at} />
        </dd>
        <dt>Learned</dt>
        <dd>
          <Ago at={rule.created_at} />
          {rule.model !== undefined && ` from ${rule.model}`}
        </dd>
        <dt>Expires</dt>
        <dd>
          {rule.status === 'candidate' ? (
            'not while it waits'
          ) : rule.expires_at === undefined ? (
            'never: a person keeps it'
          ) : (
            <Ago at={rule.expires_at} />
          )}
        </dd>
        <dt>Signature</dt>
        <dd className="mono">{rule.signature}</dd>
      </dl>
    </Card>
  );
}
