import { type JsonObject, isObject } from '../model/json.ts';

/** The last log lines of the process, of all its threads, for who looks at them over the API. */
export interface LogRing {
  /** A JSON line, as the logger writes it. */
  add(line: string): void;
  /** Newest first. `next` is the `before` of the following page. */
  page(filter: LogFilter, page: { limit: number; before?: number }): LogPage;
  /** Calls the listener with each new line that matches; returns the way to stop. */
  follow(filter: LogFilter, listener: (line: LogLine) => void): () => void;
}

export const lineLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const;

export interface LogFilter {
  /** This one and those above. */
  level?: (typeof lineLevels)[number];
  step?: string;
  source?: string;
  status?: string;
  contract?: string;
  request_id?: string;
  /** Text anywhere in the line, in any case. */
  q?: string;
}

/** `seq` numbers the lines since the process started; the other fields are the line's own. */
export type LogLine = { seq: number } & JsonObject;

export interface LogPage {
  items: LogLine[];
  next: number | undefined;
}

const maxLines = 10_000;
/** Characters of all lines. */
const maxTotal = 8 * 1024 * 1024;
const maxLine = 16 * 1024;
const shown = 2000;

export function createLogRing(): LogRing {
  const lines = new Map<number, string>();
  const followers = new Set<(seq: number, line: string) => void>();
  let total = 0;
  let last = 0;
  let first = 1;

  function forgetOldest(): void {
    total -= lines.get(first)?.length ?? 0;
    lines.delete(first++);
  }

  return {
    add(text) {
      const line = text.length > maxLine ? shortened(text) : text;
      lines.set(++last, line);
      total += line.length;
      while (lines.size > maxLines || total > maxTotal) forgetOldest();
      for (const follower of followers) follower(last, line);
    },
    page(filter, { limit, before = Infinity }) {
      const matches = matcher(filter);
      const items: LogLine[] = [];
      for (let seq = Math.min(last, before - 1); seq >= first; seq--) {
        const line = matches(seq, lines.get(seq)!);
        if (line === undefined) continue;
        if (items.length === limit) return { items, next: items.at(-1)!.seq };
        items.push(line);
      }
      return { items, next: undefined };
    },
    follow(filter, listener) {
      const matches = matcher(filter);
      const follower = (seq: number, text: string): void => {
        const line = matches(seq, text);
        if (line !== undefined) listener(line);
      };
      followers.add(follower);
      return () => void followers.delete(follower);
    },
  };
}

/** The line, parsed, when it is wanted. */
function matcher({ level, q, ...fields }: LogFilter): (seq: number, text: string) => LogLine | undefined {
  const text = q?.toLowerCase();
  const lowest = level === undefined ? 0 : lineLevels.indexOf(level);
  const wanted = Object.entries(fields).filter(([, value]) => value !== undefined);
  return (seq, line) => {
    // Before it is parsed: most lines do not have it.
    if (text !== undefined && !line.toLowerCase().includes(text)) return undefined;
    const parsed = parse(line);
    if (lowest > 0 && lineLevels.findIndex((one) => one === parsed['level']) < lowest) return undefined;
    if (wanted.some(([field, value]) => parsed[field] !== value)) return undefined;
    const { pid: _, hostname: __, ...own } = parsed;
    return { seq, ...own };
  };
}

function parse(line: string): JsonObject {
  try {
    const value: unknown = JSON.parse(line);
    if (isObject(value)) return value;
  } catch {
    // Not ours: shown as it is.
  }
  return { level: 'info', msg: line.slice(0, shown) };
}

function shortened(line: string): string {
  const { level = 'info', time = '', msg = '', ...rest } = parse(line);
  const text = typeof msg === 'string' ? msg.slice(0, shown) : '';
  const short = Object.fromEntries(
    Object.entries(rest).filter(([, value]) => typeof value !== 'object' && String(value).length < 200),
  );
  return JSON.stringify({ ...short, level, time, msg: text, cut: true });
}
