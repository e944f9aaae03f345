import { useApi } from '../../api/queries.ts';
import { count, plural } from '../../lib/format.ts';
import { pathInWords } from '../../lib/pointer.ts';
import type { LetterGroup } from '../../api/types.ts';
import { Card } from '../../ui/basics.tsx';
import { Load } from '../../ui/load.tsx';

/** What the failing fields of a group held, the most frequent values first; private ones are masked. */
export function OffendingValues({ group: { signature, contract, source } }: { group: LetterGroup }) {
  const query = useApi('GET /api/v1/dead-letters/groups/{signature}/values', {
    params: { signature },
    query: { contract, source },
  });
  const looked = query.data?.looked;
  return (
    <Card
      title="What these fields held"
      note={
        looked === undefined
          ? undefined
          : looked === 1
            ? 'in one letter'
            : `in the newest ${count(looked)} letters`
      }
    >
      <Load query={query}>
        {({ fields }) => (
          <div className="stack" style={{ gap: 14 }}>
            {fields.map(({ path, code, values, distinct }) => (
              <section key={`${path} ${code}`} aria-label={`Values of ${pathInWords(path)}`}>
                <h3 className="panel-title">{pathInWords(path)}</h3>
                <ul className="values">
                  {values.map(({ value, count: times }) => (
                    <li key={value ?? 'missing'}>
                      {value === undefined ? (
                        <span className="muted">missing</span>
                      ) : (
                        <code className="truncate" title={value}>
                          {value}
                        </code>
                      )}
                      <b>{count(times)}</b>
                    </li>
                  ))}
                </ul>
                {distinct > values.length && (
                  <p className="muted">and {plural(distinct - values.length, 'other value')}</p>
                )}
              </section>
            ))}
            {fields.length === 0 && <p className="muted">No field is to blame.</p>}
          </div>
        )}
      </Load>
    </Card>
  );
}
