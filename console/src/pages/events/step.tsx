import type { LucideIcon } from 'lucide-react';
import type { ReactNode } from 'react';
import type { Tone } from '../../ui/status.tsx';

/** One station on an event's way. */
export function Step({
  icon: Icon,
  tone,
  title,
  note,
  children,
}: {
  icon: LucideIcon;
  tone: Tone;
  title: string;
  note?: ReactNode;
  children?: ReactNode;
}) {
  return (
    <li>
      <span className={`trail-mark tone-${tone}`}>
        <Icon size={13} aria-hidden />
      </span>
      <div className="trail-title">
        <h2>{title}</h2>
        {note !== undefined && <span>{note}</span>}
      </div>
      {children}
    </li>
  );
}
