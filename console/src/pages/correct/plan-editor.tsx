import { Plus } from 'lucide-react';
import { useId } from 'react';
import { Button, Card } from '../../ui/basics.tsx';
import { Copy } from '../../ui/copy.tsx';
import { JsonView } from '../../ui/json-view.tsx';
import type { Plan } from '../../api/types.ts';
import type { Draft } from './operation-forms.ts';
import { OperationRow } from './operation-row.tsx';

interface PlanEditorProps {
  drafts: readonly Draft[];
  onChange: (drafts: readonly Draft[]) => void;
  /** Fields that an event or its contract has, JSON Pointers. */
  paths: readonly string[];
  /** What the rows amount to; undefined while something is left to fill in. */
  plan: Plan | undefined;
}

/** A repair plan, built of rows. The order counts: an operation sees what the ones above it have made. */
export function PlanEditor({ drafts, onChange, paths, plan }: PlanEditorProps) {
  const listId = useId();
  const set = (at: number, draft: Draft) => onChange(drafts.with(at, draft));
  const moveUp = (at: number) => onChange(drafts.with(at - 1, drafts[at]!).with(at, drafts[at - 1]!));
  const add = () =>
    onChange([...drafts, { key: Math.max(0, ...drafts.map(({ key }) => key)) + 1, op: 'move', values: {} }]);
  return (
    <Card title="The correction" note="done to each letter, from the first operation to the last">
      <div className="stack" style={{ gap: 14 }}>
        <datalist id={listId}>
          {paths.map((path) => (
            <option key={path} value={path} />
          ))}
        </datalist>
        <ol className="operations">
          {drafts.map((draft, at) => (
            <OperationRow
              key={draft.key}
              draft={draft}
              number={at + 1}
              paths={listId}
              onChange={(next) => set(at, next)}
              onRemove={() => onChange(drafts.toSpliced(at, 1))}
              onMoveUp={at === 0 ? undefined : () => moveUp(at)}
            />
          ))}
        </ol>
        <div>
          <Button icon={Plus} onClick={add}>
            Add an operation
          </Button>
        </div>
        {plan !== undefined && (
          <details>
            <summary>As a file, for the command line</summary>
            <div className="stack" style={{ gap: 8, marginTop: 8 }}>
              <JsonView text={JSON.stringify(plan, null, 2)} label="The plan as JSON" />
              <div className="row">
                <Copy text={JSON.stringify(plan, null, 2)} label="the plan" />
                <code>sentinel dead-letters correct --signature … --plan plan.json</code>
              </div>
            </div>
          </details>
        )}
      </div>
    </Card>
  );
}
