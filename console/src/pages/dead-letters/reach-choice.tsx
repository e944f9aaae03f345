import { RotateCw, Send } from 'lucide-react';
import { count } from '../../lib/format.ts';
import { Button, Card, Kbd } from '../../ui/basics.tsx';
import type { Edit } from './use-edit.ts';
import type { Reach, Settle } from './use-settle.ts';

interface ReachChoiceProps {
  edit: Edit;
  settle: Settle;
}

/** For this letter alone, for the next ones too, or for all of the group. */
export function ReachChoice({ edit, settle }: ReachChoiceProps) {
  const { canLearn, others, reach, setReach, blocked, isBusy } = settle;
  const options: readonly { value: Reach; label: string; note: string; isPossible: boolean }[] = [
    {
      value: 'group',
      label: others > 0 ? `All ${count(others + 1)} of this group` : 'All of this group',
      note: 'learns a rule, which also repairs the next ones',
      isPossible: canLearn && others > 0,
    },
    {
      value: 'rule',
      label: 'This letter, and learn a rule',
      note: 'the next ones are repaired; those that wait stay',
      isPossible: canLearn,
    },
    { value: 'letter', label: 'This letter only', note: 'nothing is learned', isPossible: true },
  ];
  if (!edit.isChanged && edit.review?.valid === false) return <EditFirst settle={settle} />;
  return (
    <Card title="Replay">
      <div className="stack" style={{ gap: 12 }}>
        {edit.isChanged ? (
          <fieldset className="reach">
            <legend className="sr-only">How far the correction reaches</legend>
            {options.map(({ value, label, note, isPossible }) => (
              <label key={value} data-off={!isPossible}>
                <input
                  type="radio"
                  name="reach"
                  checked={reach === value}
                  disabled={!isPossible}
                  onChange={() => setReach(value)}
                />
                <span>
                  {label}
                  <small>{note}</small>
                </span>
              </label>
            ))}
          </fieldset>
        ) : (
          <p className="muted">
            As it came: with the contracts, rules and healers of this moment. It comes back here when it fails
            again.
          </p>
        )}
        <div className="row">
          <Button
            kind="primary"
            icon={Send}
            disabled={blocked !== undefined || isBusy}
            onClick={() => void settle.run()}
          >
            {buttonText(edit, settle)}
          </Button>
          <span className="muted row">
            <Kbd>Ctrl</Kbd>
            <Kbd>Enter</Kbd>
          </span>
          {blocked !== undefined && <span className="muted">{blocked}</span>}
        </div>
      </div>
    </Card>
  );
}

/** Sent back unchanged it would fail again, so no button says that it is the thing to do. */
function EditFirst({ settle }: Pick<ReachChoiceProps, 'settle'>) {
  return (
    <Card title="Replay">
      <div className="stack" style={{ gap: 12 }}>
        <p className="muted">
          Its contract refuses it as it is, and no rule repairs it: sent back unchanged, it comes back here,
          unless a healer finds a repair this time. Correct the event first.
        </p>
        <div className="row">
          <Button icon={RotateCw} disabled={settle.isBusy} onClick={() => void settle.run()}>
            Replay unchanged
          </Button>
        </div>
      </div>
    </Card>
  );
}

function buttonText({ isChanged }: Edit, { reach, others, isBusy }: Settle): string {
  if (isBusy) return 'Sending…';
  if (!isChanged) return 'Replay unchanged';
  return reach === 'group' ? `Replay all ${count(others + 1)}` : 'Replay corrected';
}
