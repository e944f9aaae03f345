import type { Json } from '../api/types.ts';

const token = /("(?:[^"\\]|\\.)*")(\s*:)?|\b(true|false|null)\b|(-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)/g;

/** JSON with its parts in colour; `text` is shown with the very digits that it has. */
export function JsonView({ value, text, label }: { value?: Json; text?: string; label: string }) {
  const shown = text ?? JSON.stringify(value, null, 2) ?? '';
  const parts: (string | { kind: string; text: string })[] = [];
  let from = 0;
  for (const match of shown.matchAll(token)) {
    const [whole, string, colon, word] = match;
    parts.push(shown.slice(from, match.index));
    if (string === undefined) parts.push({ kind: word === undefined ? 'number' : 'word', text: whole });
    else if (colon === undefined) parts.push({ kind: 'string', text: string });
    else parts.push({ kind: 'key', text: string }, colon);
    from = match.index + whole.length;
  }
  parts.push(shown.slice(from));
  return (
    <pre className="json" tabIndex={0} role="region" aria-label={label}>
      {parts.map((part, index) =>
        typeof part === 'string' ? (
          part
        ) : (
          <span key={index} className={part.kind}>
            {part.text}
          </span>
        ),
      )}
    </pre>
  );
}

/** One value in a line. */
export function Value({ of: value }: { of: Json | undefined }) {
  if (value === undefined) return <span className="muted">not there</span>;
  return <code className="value">{JSON.stringify(value)}</code>;
}
