import type { Tone } from './status.tsx';

interface SparklineProps {
  values: readonly number[];
  tone: Tone;
  label: string;
  width?: number;
  height?: number;
  /** As wide as there is room. */
  fluid?: boolean;
}

/** Bars for counts over time; an hour without any is a hairline. */
export function SparkBars({ values, tone, label, width = 96, height = 24, fluid = false }: SparklineProps) {
  const top = Math.max(1, ...values);
  const slot = width / Math.max(1, values.length);
  return (
    <svg
      viewBox={`0 0 ${width} ${height}`}
      preserveAspectRatio="none"
      width={fluid ? '100%' : width}
      height={height}
      role="img"
      aria-label={label}
      className="spark"
    >
      {values.map((value, index) => {
        const tall = value === 0 ? 1 : Math.max(2, (value / top) * height);
        return (
          <rect
            key={index}
            x={index * slot}
            y={height - tall}
            width={Math.max(1, slot - 1)}
            height={tall}
            rx={0.5}
            fill={value === 0 ? 'var(--border-strong)' : `var(--${tone})`}
          />
        );
      })}
    </svg>
  );
}

/** A line with the area below it. */
export function SparkLine({ values, tone, label, width = 240, height = 44 }: SparklineProps) {
  const top = Math.max(1e-9, ...values) * 1.08;
  const step = width / Math.max(1, values.length - 1);
  const points = values.map((value, index) => `${index * step},${height - (value / top) * height}`).join(' ');
  return (
    <svg
      viewBox={`0 0 ${width} ${height}`}
      preserveAspectRatio="none"
      height={height}
      width="100%"
      role="img"
      aria-label={label}
      className="spark"
    >
      {values.length > 1 && (
        <>
          <polygon
            points={`0,${height} ${points} ${width},${height}`}
            fill={`color-mix(in srgb, var(--${tone}) 16%, transparent)`}
          />
          <polyline
            points={points}
            fill="none"
            stroke={`var(--${tone})`}
            strokeWidth={1.6}
            vectorEffect="non-scaling-stroke"
          />
        </>
      )}
    </svg>
  );
}

export interface Share {
  tone: Tone;
  label: string;
  value: number;
}

/** Parts of a whole as a bar. */
export function ShareBar({ shares, label }: { shares: readonly Share[]; label: string }) {
  const total = shares.reduce((sum, { value }) => sum + value, 0);
  return (
    <div className="share-bar" role="img" aria-label={label}>
      {shares
        .filter(({ value }) => value > 0)
        .map(({ tone, label, value }) => (
          <span
            key={label}
            style={{ width: `${(value / total) * 100}%`, minWidth: 2, background: `var(--${tone})` }}
          />
        ))}
    </div>
  );
}
