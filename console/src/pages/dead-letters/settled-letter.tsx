import { describePlan } from '../../../../src/repair/plans/describe-plan.ts';
import type { DeadLetter } from '../../api/types.ts';
import { formatJson } from '../../lib/format-json.ts';
import { Ago, Card } from '../../ui/basics.tsx';
import { JsonView } from '../../ui/json-view.tsx';
import { ViolationList } from '../../ui/violations.tsx';
import { AttemptList } from './attempts.tsx';

/** A letter that nobody needs to settle any more: the record of what happened. */
export function SettledLetter({ letter }: { letter: DeadLetter }) {
  const { raw, edited, edit, violations, attempts, discard_reason, updated_at } = letter;
  return (
    <div className="columns">
      <div className={edited === undefined ? 'span-7' : 'span-4'}>
        <Card title="As received">
          <JsonView text={formatJson(raw)} label="The event as received" />
        </Card>
      </div>
      {edited !== undefined && (
        <div className="span-4">
          <Card title="As corrected">
            <JsonView text={formatJson(edited)} label="The event as corrected" />
          </Card>
        </div>
      )}
      <div className={`stack ${edited === undefined ? 'span-5' : 'span-4'}`} style={{ gap: 12 }}>
        <Card title="Outcome">
          <p>
            {discard_reason === undefined ? 'Sent back' : `Discarded: “${discard_reason}”`},{' '}
            <Ago at={updated_at} />
          </p>
          {edit?.plan !== undefined && (
            <ol className="plan">
              {describePlan(edit.plan).map((line) => (
                <li key={line}>
                  <code>{line}</code>
                </li>
              ))}
            </ol>
          )}
        </Card>
        <Card title="What was wrong">
          <ViolationList violations={violations} />
        </Card>
        <AttemptList attempts={attempts} />
      </div>
    </div>
  );
}
