import type { Contract } from '../../api/types.ts';
import { Card } from '../../ui/basics.tsx';
import { compare } from './flatten.ts';

export function VersionDifferences({ older, newer }: { older: Contract; newer: Contract }) {
  const differences = compare(older, newer);
  return (
    <Card title={`Since ${older.version}`}>
      {differences.length === 0 ? (
        <p className="muted">No field differs.</p>
      ) : (
        <ul className="diff-lines">
          {differences.map(({ path, before, after }) => (
            <li key={path}>
              <code>{path}</code>
              {before !== undefined && <del>{before}</del>}
              {after !== undefined && <ins>{after}</ins>}
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}
