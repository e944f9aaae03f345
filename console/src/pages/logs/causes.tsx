import { useMemo } from 'react';
import type { LogLine } from '../../api/types.ts';
import { count } from '../../lib/format.ts';
import { Ago, Card } from '../../ui/basics.tsx';
import '../overview/overview.css';

const most = 6;
/** Messages of one code may all differ; they leave room for other codes. */
const mostOfCode = 3;
const grave: Record<string, number> = { fatal: 3, error: 2, warn: 1 };

interface Cause {
  key: string;
  code: string;
  level: string;
  newest: LogLine;
  lines: number;
}

/** Warnings and errors by what is shown of them, message and code, the gravest first and then the most frequent. */
function causesOf(lines: readonly LogLine[]): Cause[] {
  const causes = new Map<string, Cause>();
  for (const line of lines) {
    const { code } = line;
    if (grave[line.level] === undefined || code === undefined) continue;
    const key = `${line.level} ${code} ${line.msg}`;
    const known = causes.get(key);
    // The newest line comes first.
    if (known === undefined) causes.set(key, { key, code, level: line.level, newest: line, lines: 1 });
    else known.lines++;
  }
  const weight = ({ level }: Cause): number => grave[level] ?? 0;
  const shown = new Map<string, number>();
  return [...causes.values()]
    .toSorted((a, b) => weight(b) - weight(a) || b.lines - a.lines)
    .filter(({ code }) => {
      const before = shown.get(code) ?? 0;
      shown.set(code, before + 1);
      return before < mostOfCode;
    })
    .slice(0, most);
}

/** What went wrong, each cause once, with the way to its lines. */
export function Causes({ lines, onChoose }: { lines: readonly LogLine[]; onChoose: (text: string) => void }) {
  const causes = useMemo(() => causesOf(lines), [lines]);
  if (causes.length === 0) return null;
  return (
    <Card title="Causes" note="warnings and errors of the lines below, by message" flush>
      <ul className="needs causes">
        {causes.map(({ key, code, level, newest, lines }) => (
          <li key={key}>
            <span className={`level level-${level}`}>{level}</span>
            <button type="button" className="log-open row-link" onClick={() => onChoose(code)}>
              {newest.msg} <code>{code}</code>
            </button>
            <span className="muted causes-count">
              {count(lines)}×, last <Ago at={newest.time} />
            </span>
          </li>
        ))}
      </ul>
    </Card>
  );
}
