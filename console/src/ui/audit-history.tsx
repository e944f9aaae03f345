import { usePages } from '../api/queries.ts';
import type { AuditEntry } from '../api/types.ts';
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

export const actInWords = ({ act }: AuditEntry): string => {
  const words = act.replaceAll('_', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
};

/** `reason: spam, filter: {…}` */
export function detailInWords(detail: AuditEntry['detail']): string {
  return Object.entries(detail ?? {})
    .map(([name, value]) => `${name}: ${typeof value === 'object' ? JSON.stringify(value) : String(value)}`)
    .join(', ');
}
