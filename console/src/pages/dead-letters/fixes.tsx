import { TriangleAlert } from 'lucide-react';
import { useState } from 'react';
import { Link } from 'wouter';
import type { Fixes } from '../../api/types.ts';
import { differences } from '../../lib/diff-json.ts';
import { count, plural, shortId } from '../../lib/format.ts';
import { letterHref, ruleHref } from '../../lib/links.ts';
import { pathInWords } from '../../lib/pointer.ts';
import { Button, Card } from '../../ui/basics.tsx';
import { Value } from '../../ui/json-view.tsx';
import { ShareBar } from '../../ui/sparkline.tsx';
import { Notice } from '../../ui/status.tsx';

/** What else the rule would repair, tried on the letters that wait: nothing was changed to find out. */
export function FixesView({ fixes }: { fixes: Fixes }) {
  const { total, would_repair, would_fail, unaffected, in_group, cut } = fixes;
  return (
    <Card title="Dry run" note={`over ${plural(total, 'other letter')}${cut ? ', the first of them' : ''}`}>
      <div className="stack" style={{ gap: 10 }}>
        <ShareBar
          label={`${would_repair} would be repaired, ${would_fail} would fail, ${unaffected} are not touched`}
          shares={[
            { tone: 'repaired', label: 'repaired', value: would_repair },
            { tone: 'dead_letter', label: 'fail', value: would_fail },
            { tone: 'duplicate', label: 'untouched', value: unaffected },
          ]}
        />
        <dl className="facts">
          <dt>Would be repaired</dt>
          <dd>
            <b>{count(would_repair)}</b>
            {would_repair > 0 && <span className="muted">, {count(in_group)} of them of this group</span>}
          </dd>
          <dt>Would still fail</dt>
          <dd>{count(would_fail)}</dd>
          <dt>Not for the rule</dt>
          <dd>{count(unaffected)}</dd>
        </dl>
        <LetterSamples samples={fixes.samples} />
        {fixes.contradictions.map((one) => (
          <Notice key={one.reason} tone="healing" icon={TriangleAlert}>
            {one.reason} {one.rule_id !== undefined && <Link href={ruleHref(one.rule_id)}>See the rule</Link>}
            {one.dead_letter_id !== undefined && (
              <Link href={letterHref(one.dead_letter_id)}>See the letter</Link>
            )}
          </Notice>
        ))}
      </div>
    </Card>
  );
}

/** Letters before and after, one at a time. */
export function LetterSamples({ samples }: Pick<Fixes, 'samples'>) {
  const [at, setAt] = useState(0);
  const sample = samples[Math.min(at, samples.length - 1)];
  if (sample === undefined) return null;
  return (
    <div className="stack">
      <div className="row">
        <h3 className="panel-title">
          For example{' '}
          <Link href={letterHref(sample.id)} className="mono">
            {shortId(sample.id)}
          </Link>
        </h3>
        {samples.length > 1 && (
          <Button size="small" kind="ghost" onClick={() => setAt((at + 1) % samples.length)}>
            Another
          </Button>
        )}
      </div>
      <ul className="diff-lines">
        {differences(sample.before, sample.after).map(({ path, before, after }) => (
          <li key={path}>
            <code>{pathInWords(path)}</code>
            {before !== undefined && (
              <del>
                <Value of={before} />
              </del>
            )}
            {after !== undefined && (
              <ins>
                <Value of={after} />
              </ins>
            )}
          </li>
        ))}
      </ul>
    </div>
  );
}
