import type { LucideIcon } from 'lucide-react';
import type { ButtonHTMLAttributes, ReactNode } from 'react';
import { useEffect } from 'react';
import { ago, dateTime } from '../lib/format.ts';
import { useTicks } from '../lib/ticks.ts';

interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  kind?: 'primary' | 'danger' | 'ghost';
  size?: 'small';
  icon?: LucideIcon;
}

/** With `aria-label` and no children it is an icon alone. */
export function Button({ kind, size, icon: Icon, children, className, ...rest }: ButtonProps) {
  const names = [
    'button',
    kind && `button-${kind}`,
    size && `button-${size}`,
    children === undefined && 'button-icon',
    className,
  ];
  return (
    <button type="button" className={names.filter(Boolean).join(' ')} {...rest}>
      {Icon && <Icon size={size ? 14 : 15} aria-hidden />}
      {children}
    </button>
  );
}

interface CardProps {
  title?: ReactNode;
  note?: ReactNode;
  end?: ReactNode;
  /** The content brings its own padding. */
  flush?: boolean;
  className?: string;
  children: ReactNode;
}

export function Card({ title, note, end, flush, className = '', children }: CardProps) {
  return (
    <section className={`card ${className}`}>
      {title !== undefined && (
        <header className="card-head">
          <h2>{title}</h2>
          {note !== undefined && <span className="note">{note}</span>}
          {end !== undefined && <div className="end">{end}</div>}
        </header>
      )}
      <div className={flush ? 'card-flush' : 'card-body'}>{children}</div>
    </section>
  );
}

interface PageProps {
  title: string;
  lead?: ReactNode;
  crumbs?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
}

export function Page({ title, lead, crumbs, actions, children }: PageProps) {
  useEffect(() => {
    document.title = `${title} · Data Sentinel`;
  }, [title]);
  return (
    <div className="page">
      <div className="stack">
        {crumbs !== undefined && (
          <nav className="crumbs" aria-label="Breadcrumb">
            {crumbs}
          </nav>
        )}
        <header className="page-head">
          <h1>{title}</h1>
          {lead !== undefined && <span className="lead">{lead}</span>}
          {actions !== undefined && <div className="actions">{actions}</div>}
        </header>
      </div>
      {children}
    </div>
  );
}

interface EmptyProps {
  icon: LucideIcon;
  title: string;
  children?: ReactNode;
  actions?: ReactNode;
}

/** Says what to do next. */
export function Empty({ icon: Icon, title, children, actions }: EmptyProps) {
  return (
    <div className="empty">
      <Icon size={26} strokeWidth={1.6} aria-hidden />
      <strong>{title}</strong>
      {children !== undefined && <p>{children}</p>}
      {actions !== undefined && <div className="row">{actions}</div>}
    </div>
  );
}

export function Skeleton({ height = 120 }: { height?: number }) {
  return <div className="skeleton" style={{ height }} role="status" aria-label="Loading" />;
}

/** "3 min ago", kept current, with the exact time as a hint. */
export function Ago({ at }: { at: string | null | undefined }) {
  useTicks();
  if (at === null || at === undefined) return <span className="muted">never</span>;
  return (
    <time dateTime={at} title={`${dateTime(at)} (${at})`}>
      {ago(at)}
    </time>
  );
}

/** A moment, to the second. */
export function At({ at }: { at: string }) {
  return (
    <time dateTime={at} title={at}>
      {dateTime(at)}
    </time>
  );
}

export function Kbd({ children }: { children: ReactNode }) {
  return <kbd className="kbd">{children}</kbd>;
}
