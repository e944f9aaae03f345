import { PenLine, Send } from 'lucide-react';
import { useMemo, useState } from 'react';
import { Link, useLocation, useParams } from 'wouter';
import { useApi, usePages } from '../../api/queries.ts';
import type { DeadLetter, LetterGroup } from '../../api/types.ts';
import { plural } from '../../lib/format.ts';
import { groupHref } from '../../lib/links.ts';
import { useFilters } from '../../lib/use-filters.ts';
import { Button, Card, Empty, Page, Skeleton } from '../../ui/basics.tsx';
import { Notice } from '../../ui/status.tsx';
import { toast } from '../../ui/toasts.tsx';
import { failureInWords } from '../../ui/violations.tsx';
import { JobProgress } from '../dead-letters/job-progress.tsx';
import { OffendingValues } from '../dead-letters/offending-values.tsx';
import { CorrectionForecast } from './forecast.tsx';
import { knownPaths } from './known-paths.ts';
import { type Draft, operationOf } from './operation-forms.ts';
import { PlanEditor } from './plan-editor.tsx';
import { useCorrection } from './use-correction.ts';
import '../dead-letters/dead-letters.css';
import './correct.css';

/** A correction for a whole group, as a plan that is built here, tried as it is built, and then done. */
export default function Correct() {
  const { signature } = useParams<{ signature: string }>();
  const [{ contract, source }] = useFilters(['contract', 'source']);
  const letters = usePages('GET /api/v1/dead-letters', { query: { contract, source, signature, limit: 1 } });
  const [sample] = letters.rows;
  if (sample === undefined)
    return (
      <Page title="Correct a group" crumbs={<Link href="/dead-letters">Dead letters</Link>}>
        {letters.isPending ? (
          <Skeleton height={240} />
        ) : (
          <Empty icon={PenLine} title="No letter of this group is open any more">
            There is nothing left to correct.
          </Empty>
        )}
      </Page>
    );
  return <CorrectGroup filter={{ contract, source, signature }} sample={sample} />;
}

function CorrectGroup({ filter, sample }: { filter: LetterGroup; sample: DeadLetter }) {
  const [drafts, setDrafts] = useState<readonly Draft[]>(() => [firstDraft(sample)]);
  const contracts = useApi('GET /api/v1/contracts');
  const paths = useMemo(
    () =>
      knownPaths(
        sample.event,
        contracts.data?.items.find(
          ({ name, version }) => name === sample.contract && version === sample.version,
        )?.jsonSchema,
      ),
    [sample, contracts.data],
  );
  const operations = drafts.map(operationOf);
  const isWhole = operations.length > 0 && operations.every((operation) => operation !== undefined);
  const plan = isWhole ? { operations } : undefined;
  return (
    <Page
      title={`Correct: ${failureInWords(sample)}`}
      crumbs={
        <>
          <Link href="/dead-letters">Dead letters</Link> /{' '}
          <Link
            href={groupHref({
              contract: sample.contract,
              source: sample.source,
              signature: filter.signature,
            })}
          >
            {sample.source} → {sample.contract}
          </Link>
        </>
      }
    >
      <div className="columns letter">
        <div className="span-7 stack" style={{ gap: 16, alignContent: 'start' }}>
          <PlanEditor drafts={drafts} onChange={setDrafts} paths={paths} plan={plan} />
          <OffendingValues group={filter} />
        </div>
        <div className="span-5 stack letter-right">
          <DoIt filter={filter} plan={plan} back={groupHref({ ...sample, signature: filter.signature })} />
        </div>
      </div>
    </Page>
  );
}

/** The first field that fails is where a correction mostly begins. */
function firstDraft({ violations: [first] }: DeadLetter): Draft {
  if (first === undefined) return { key: 1, op: 'move', values: {} };
  const { code, path } = first;
  if (code === 'required' || code === 'misnamed') return { key: 1, op: 'move', values: { to: path } };
  if (code === 'enum') return { key: 1, op: 'map', values: { path } };
  return { key: 1, op: 'cast', values: { path } };
}

interface DoItProps {
  filter: LetterGroup;
  plan: Parameters<typeof useCorrection>[1];
  back: string;
}

function DoIt({ filter, plan, back }: DoItProps) {
  const [, navigate] = useLocation();
  const [learn, setLearn] = useState(false);
  const { forecast, error, isAsking, job, isBusy, run, stop } = useCorrection(filter, plan);
  // Of very many only the first are tried, and the others may be mended all the same.
  const mayMend = forecast !== undefined && (forecast.would_load > 0 || forecast.tried < forecast.matched);

  async function correct(): Promise<void> {
    const ended = await run(learn);
    if (ended === undefined) return;
    const { done, failed, state } = ended;
    const left = failed > 0 ? ` ${plural(failed, 'letter')} left alone.` : '';
    toast(
      `${state === 'cancelled' ? 'Stopped: ' : ''}${plural(done - failed, 'letter')} corrected and on the way.${left}`,
    );
    navigate(back);
  }

  return (
    <Card
      title="Dry run"
      note={forecast && `over ${plural(forecast.tried, 'letter')}; nothing is changed by it`}
    >
      <div className="stack" style={{ gap: 14 }}>
        {plan === undefined && <p className="muted">Fill in the operations; they are tried as you go.</p>}
        {error !== null && <Notice tone="dead_letter">{error.message}</Notice>}
        {isAsking && <p className="muted">Trying it on the letters…</p>}
        {forecast !== undefined && <CorrectionForecast of={forecast} />}
        <label className="check">
          <input
            type="checkbox"
            checked={learn}
            disabled={isBusy}
            onChange={({ target }) => setLearn(target.checked)}
          />
          <span>
            Also make a rule of it
            <small>which repairs the next such events by itself</small>
          </span>
        </label>
        {job !== undefined && (
          <JobProgress
            done={job.done}
            total={job.total ?? job.done}
            label="Corrected letters"
            verb="dealt with"
          />
        )}
        <div className="row">
          <Button kind="primary" icon={Send} disabled={isBusy || !mayMend} onClick={() => void correct()}>
            {!mayMend
              ? 'Correct the letters'
              : `Correct ${plural(forecast.tried < forecast.matched ? forecast.matched : forecast.would_load, 'letter')}`}
          </Button>
          {isBusy && <Button onClick={stop}>Stop</Button>}
          {!isBusy && (
            <Link href={back} className="button">
              Cancel
            </Link>
          )}
        </div>
      </div>
    </Card>
  );
}
