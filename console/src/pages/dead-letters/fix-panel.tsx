import { Link } from 'wouter';
import { CircleCheck, CircleX, LoaderCircle, TriangleAlert } from 'lucide-react';
import { describeOperation } from '../../../../src/repair/plans/describe-plan.ts';
import type { DeadLetter, EditDryRun } from '../../api/types.ts';
import { groupHref } from '../../lib/links.ts';
import { pathInWords } from '../../lib/pointer.ts';
import { Card } from '../../ui/basics.tsx';
import { Notice } from '../../ui/status.tsx';
import { ViolationList } from '../../ui/violations.tsx';
import { FixesView } from './fixes.tsx';
import { ReachChoice } from './reach-choice.tsx';
import type { Edit } from './use-edit.ts';
import type { Settle } from './use-settle.ts';

interface FixPanelProps {
  letter: DeadLetter;
  edit: Edit;
  settle: Settle;
  jumpTo: (path: string) => void;
}

/** What the correction comes to, as the server sees it, and the button that does it. */
export function FixPanel({ letter, edit, settle, jumpTo }: FixPanelProps) {
  const { review, isChanged } = edit;
  const violations = review?.violations ?? letter.violations;
  return (
    <div className="stack" style={{ gap: 12 }}>
      <Card title={<Verdict letter={letter} edit={edit} />}>
        {edit.malformed === undefined && violations.length > 0 && (
          <ViolationList violations={violations} onPick={({ path }) => jumpTo(path)} />
        )}
        {letter.step !== undefined && (
          <p>
            Step <b>{letter.step}</b> could not process this: {letter.reason}
          </p>
        )}
        {review?.valid === true && isChanged && <Correction letter={letter} review={review} />}
        {!isChanged && letter.step === undefined && (
          <p className="hint-text muted">
            Correct the event. Each change is checked as you type, and you see which other letters it would
            fix.
          </p>
        )}
      </Card>
      {isChanged && review?.valid === true && review.fixes !== null && <FixesView fixes={review.fixes} />}
      <ReachChoice edit={edit} settle={settle} />
    </div>
  );
}

function Verdict({ letter, edit }: { letter: DeadLetter; edit: Edit }) {
  const { malformed, isReviewing, review } = edit;
  if (malformed !== undefined) return <VerdictLine icon={CircleX} tone="dead_letter" text={malformed} />;
  if (isReviewing && review === undefined)
    return <VerdictLine icon={LoaderCircle} tone="duplicate" text="Checking…" />;
  if (letter.step !== undefined)
    return <VerdictLine icon={CircleX} tone="dead_letter" text="A step failed" />;
  if (review?.valid === true)
    return <VerdictLine icon={CircleCheck} tone="loaded" text="The contract accepts it" />;
  const number = (review?.violations ?? letter.violations).length;
  const text = number === 1 ? 'One violation of the contract' : `${number} violations of the contract`;
  return <VerdictLine icon={CircleX} tone="dead_letter" text={text} />;
}

function VerdictLine({ icon: Icon, tone, text }: { icon: typeof CircleX; tone: string; text: string }) {
  return (
    <span className="verdict" style={{ color: `var(--${tone}-ink)` }} role="status">
      <Icon size={16} aria-hidden /> {text}
    </span>
  );
}

function Correction({ letter, review }: { letter: DeadLetter; review: EditDryRun }) {
  const { plan, by_hand: byHand, learnable, reason } = review;
  const operations = plan?.operations ?? [];
  return (
    <div className="stack">
      {operations.length > 0 && (
        <>
          <h3 className="panel-title">As a plan</h3>
          <ol className="plan">
            {operations.map((operation) => (
              <li key={JSON.stringify(operation)}>
                <code>{describeOperation(operation)}</code>
              </li>
            ))}
          </ol>
        </>
      )}
      {byHand.length > 0 && (
        <>
          <h3 className="panel-title">Entered by hand</h3>
          <p>
            {byHand.map(pathInWords).join(', ')}: no plan makes these values, so they are for this letter
            only. For all of <Link href={groupHref(letter)}>its group</Link>: export it, correct the file, and
            import it.
          </p>
        </>
      )}
      {!learnable && reason !== undefined && (
        <Notice tone="healing" icon={TriangleAlert}>
          It can’t become a rule: {reason}
        </Notice>
      )}
    </div>
  );
}
