import type { Violation } from '../api/types.ts';
import { pathInWords } from '../lib/pointer.ts';
import './violations.css';

/** One failure in a line: `price is not declared, amount is missing`. */
export function failureInWords({
  violations,
  reason,
}: {
  violations: readonly Violation[];
  reason: string;
}): string {
  if (violations.length === 0) return reason;
  const shown = violations.slice(0, 3).map(violationInWords).join(', ');
  return violations.length > 3 ? `${shown} and ${violations.length - 3} more` : shown;
}

function violationInWords({ path, code, expected, found, message }: Violation): string {
  const field = pathInWords(path);
  if (code === 'required') return `${field} is missing`;
  if (code === 'undeclared') return `${field} is not declared`;
  if (expected === undefined || code === 'custom' || code.startsWith('unknown')) return message;
  // For a right type with a wrong value, the type that was found says nothing.
  return code === 'type' && found !== undefined
    ? `${field} is ${article(found)}, expected ${expected}`
    : `${field} is wrong, expected ${expected}`;
}

function article(type: string): string {
  if (type === 'null') return 'null';
  return /^[aeio]/.test(type) ? `an ${type}` : `a ${type}`;
}

interface ViolationListProps {
  violations: readonly Violation[];
  /** Makes each a button that leads to its field. */
  onPick?: (violation: Violation) => void;
}

export function ViolationList({ violations, onPick }: ViolationListProps) {
  return (
    <ul className="violations">
      {violations.map((violation) => {
        const { path, code, expected, found, message } = violation;
        const content = (
          <>
            <code>{pathInWords(path)}</code>
            <span>{expected === undefined ? message : describe(violation)}</span>
          </>
        );
        return (
          <li key={`${path}${code}${expected}${found}`}>
            {onPick === undefined ? (
              <div>{content}</div>
            ) : (
              <button type="button" onClick={() => onPick(violation)}>
                {content}
              </button>
            )}
          </li>
        );
      })}
    </ul>
  );
}

function describe({ code, expected, found }: Violation): string {
  if (code === 'required') return `is missing; wanted: ${expected}`;
  if (code === 'undeclared') return `is not declared in the contract`;
  return code === 'type' && found !== undefined
    ? `is ${article(found)}; wanted: ${expected}`
    : `does not fit; wanted: ${expected}`;
}
