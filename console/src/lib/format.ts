const whole = new Intl.NumberFormat('en-US');
const compact = new Intl.NumberFormat('en-US', { notation: 'compact', maximumFractionDigits: 1 });

/** 12,345 */
export const count = (value: number): string => whole.format(value);

/** 12,345 as it is; 1.2M from a million on. */
export const shortCount = (value: number): string =>
  value < 1_000_000 ? whole.format(value) : compact.format(value);

/** 0.4 and 12 and 1,234; a dash for what is not known. */
export function rate(value: number | null): string {
  if (value === null) return '–';
  return value !== 0 && value < 10 ? value.toFixed(1) : whole.format(Math.round(value));
}

/** A share of 0 to 1, never rounded to all or nothing when it is neither. */
export function percent(share: number): string {
  const value = share * 100;
  if (value > 0 && value < 0.1) return '<0.1%';
  if (value < 100 && value > 99.9) return '>99.9%';
  return `${Number.isInteger(value) ? value : value.toFixed(value < 10 || value > 99 ? 1 : 0)}%`;
}

/** 8 ms, 1.2 s, 3.5 min */
export function duration(ms: number): string {
  if (ms < 1000) return `${ms < 10 ? Math.round(ms * 10) / 10 : Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
  return `${(ms / 60_000).toFixed(1)} min`;
}

/** 1.2 MB */
export function bytes(value: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let unit = 0;
  let left = value;
  while (left >= 1000 && unit < units.length - 1) {
    left /= 1000;
    unit++;
  }
  return `${unit === 0 ? left : left.toFixed(1)} ${units[unit]}`;
}

const steps = [
  [60, 'second'],
  [60, 'minute'],
  [24, 'hour'],
  [30, 'day'],
  [12, 'month'],
  [Infinity, 'year'],
] as const;
const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto', style: 'narrow' });

/** "3 min ago", "in 6 days" */
export function ago(iso: string, now: number = Date.now()): string {
  let left = (Date.parse(iso) - now) / 1000;
  if (Math.abs(left) < 5) return 'now';
  for (const [size, unit] of steps) {
    if (Math.abs(left) < size) return relative.format(Math.round(left), unit);
    left /= size;
  }
  return iso;
}

const clock = new Intl.DateTimeFormat('sv-SE', { dateStyle: 'short', timeStyle: 'medium' });

/** 2026-11-26 14:03:05, local. */
export const dateTime = (iso: string): string => clock.format(new Date(iso));

/** `one letter`, `12 letters` */
export function plural(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}

/** The first part of a UUID or hash: enough to tell neighbours apart. */
export function shortId(id: string): string {
  return id.length > 14 ? `${id.slice(0, 8)}…${id.slice(-4)}` : id;
}
