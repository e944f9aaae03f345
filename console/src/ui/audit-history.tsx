import { actInWords, detailInWords } from '../../../src/model/act-words.ts';
import { usePages } from '../api/queries.ts';
import { plural } from '../lib/format.ts';
import { Ago, Card } from './basics.tsx';

const most = 20;

/** What was done to one thing, and by whom, the newest first. Nothing at all while nobody has done anything. */
export function AuditHistory({ target }: { target: string }) {
  const { rows } = usePages('GET /api/v1/audit', { query: { target, limit: most }, every: 10_000 });
  if (rows.length === 0) return null;
  return (
    <Card title="History" note={plural(rows.length, 'act')}>
      <ul className="audit-history">
        {rows.map((entry) => (
          <li key={entry.id}>
            <b>{actInWords(entry)}</b>
            <span className="muted">
              {entry.actor.name}, <Ago at={entry.at} />
            </span>
            {detailInWords(entry.detail) !== '' && <p>{detailInWords(entry.detail)}</p>}
          </li>
        ))}
      </ul>
    </Card>
  );
}
