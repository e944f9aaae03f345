import type { Change, EventTrail, Json } from '../../api/types.ts';
import { pathInWords } from '../../lib/pointer.ts';
import { Value } from '../../ui/json-view.tsx';

/** What a repair changed, field by field, and where each value came from: nothing is invented. */
export function Changes({ event: { changes = [] } }: { event: Pick<EventTrail, 'changes'> }) {
  if (changes.length === 0) return <p className="muted">Nothing that the contract declares was changed.</p>;
  return (
    <div className="changes" role="table" aria-label="What was changed">
      <div role="rowgroup" className="head">
        <div role="row">
          {['Field', 'Before', 'After', 'How, and where from'].map((name) => (
            <div key={name} role="columnheader">
              {name}
            </div>
          ))}
        </div>
      </div>
      <div role="rowgroup">
        {repairsFirst(changes).map((change) => (
          <Row key={change.path} change={change} />
        ))}
      </div>
    </div>
  );
}

/** What the envelope filled in is the least of interest. */
function repairsFirst(changes: readonly Change[]): Change[] {
  const isFilledIn = ({ by, operations }: Change) => by === 'plan' && operations.length === 0;
  return [...changes.filter((one) => !isFilledIn(one)), ...changes.filter(isFilledIn)];
}

function Row({ change }: { change: Change }) {
  const { path, before, after, operations, from, by } = change;
  const isElsewhere = before !== undefined && from.length === 1 && from[0] !== path;
  return (
    <div role="row" className="change">
      <div role="cell">
        <code>{pathInWords(path)}</code>
      </div>
      <div role="cell">
        {isElsewhere && <code className="muted">{pathInWords(from[0]!)}: </code>}
        {before !== undefined && <Mark as="del" value={before} />}
      </div>
      <div role="cell">{after !== undefined && <Mark as="ins" value={after} />}</div>
      <div role="cell" className="how">
        {by === 'person' ? (
          'entered by a person'
        ) : (
          <>
            {operations.map((words) => (
              <div key={words}>{words}</div>
            ))}
            {operations.length === 0 && 'filled in from the envelope'}
          </>
        )}
      </div>
    </div>
  );
}

function Mark({ as: Tag, value }: { as: 'del' | 'ins'; value: Json }) {
  return (
    <Tag>
      <Value of={value} />
    </Tag>
  );
}
