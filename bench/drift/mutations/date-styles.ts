/** A way to write a date or a time that the contract does not take, and the cast that reads it. */
export interface DateStyle {
  name: string;
  kind: 'datetime' | 'date';
  /** Of the cast; none for what it reads by itself. */
  format?: string;
  /** Day and month can be mistaken for each other unless the day is above 12. */
  needsLateDay?: boolean;
  /** A moment, without the zone that makes it one. */
  lacksZone?: boolean;
  /** Undefined for what can't be written so without loss. */
  write(text: string): string | number | undefined;
}

/** `2019-05-15T15:20:40Z` and nothing else: a fraction or an offset would be lost by most styles. */
const utc = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)Z$/;
const day = /^(\d{4})-(\d\d)-(\d\d)$/;

function times(pattern: string): (text: string) => string | undefined {
  return (text) => {
    const match = utc.exec(text);
    if (match === null) return undefined;
    return fill(pattern, match.slice(1));
  };
}

function days(pattern: string): (text: string) => string | undefined {
  return (text) => {
    const match = day.exec(text);
    return match === null ? undefined : fill(pattern, match.slice(1));
  };
}

function fill(pattern: string, parts: readonly string[]): string {
  const tokens = ['YYYY', 'MM', 'DD', 'HH', 'mm', 'ss'];
  return pattern.replace(/YYYY|MM|DD|HH|mm|ss/g, (token) => parts[tokens.indexOf(token)]!);
}

const timePatterns: readonly (Pick<DateStyle, 'needsLateDay'> & { pattern: string })[] = [
  { pattern: 'YYYY/MM/DD HH:mm:ss' },
  { pattern: 'DD/MM/YYYY HH:mm:ss', needsLateDay: true },
  { pattern: 'MM/DD/YYYY HH:mm:ss', needsLateDay: true },
  { pattern: 'DD.MM.YYYY HH:mm:ss' },
  { pattern: 'DD-MM-YYYY HH:mm:ss', needsLateDay: true },
  { pattern: 'YYYYMMDDTHHmmssZ' },
  { pattern: 'YYYYMMDDHHmmss' },
  { pattern: 'YYYY.MM.DD HH:mm:ss' },
  { pattern: 'YYYY/MM/DD HH:mm:ss Z' },
  { pattern: 'DD.MM.YYYY HH:mm:ss Z' },
  { pattern: 'DD/MM/YYYY HH:mm:ss Z', needsLateDay: true },
  { pattern: 'MM/DD/YYYY HH:mm:ss Z', needsLateDay: true },
];

const dayPatterns: readonly (Pick<DateStyle, 'needsLateDay'> & { pattern: string })[] = [
  { pattern: 'YYYY/MM/DD' },
  { pattern: 'DD/MM/YYYY', needsLateDay: true },
  { pattern: 'MM/DD/YYYY', needsLateDay: true },
  { pattern: 'DD.MM.YYYY' },
  { pattern: 'DD-MM-YYYY', needsLateDay: true },
  { pattern: 'YYYYMMDD' },
  { pattern: 'YYYY.MM.DD' },
];

export const dateStyles: readonly DateStyle[] = [
  { name: 'without offset', kind: 'datetime', lacksZone: true, write: times('YYYY-MM-DDTHH:mm:ss') },
  { name: 'space for T', kind: 'datetime', lacksZone: true, write: times('YYYY-MM-DD HH:mm:ss') },
  { name: 'basic offset', kind: 'datetime', write: times('YYYY-MM-DDTHH:mm:ss+0000') },
  {
    name: 'Unix seconds',
    kind: 'datetime',
    format: 'unix',
    write: (text) => (utc.test(text) ? Date.parse(text) / 1000 : undefined),
  },
  {
    name: 'Unix seconds as text',
    kind: 'datetime',
    format: 'unix',
    write: (text) => (utc.test(text) ? String(Date.parse(text) / 1000) : undefined),
  },
  {
    name: 'Unix milliseconds',
    kind: 'datetime',
    format: 'unix_ms',
    write: (text) => (utc.test(text) ? Date.parse(text) : undefined),
  },
  ...timePatterns.map(({ pattern, ...rest }): DateStyle => ({
    name: pattern,
    kind: 'datetime',
    format: pattern,
    lacksZone: !pattern.endsWith('Z'),
    ...rest,
    write: times(pattern),
  })),
  ...dayPatterns.map(({ pattern, ...rest }): DateStyle => ({
    name: pattern,
    kind: 'date',
    format: pattern,
    ...rest,
    write: days(pattern),
  })),
];
