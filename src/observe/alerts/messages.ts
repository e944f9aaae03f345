import { createHash } from 'node:crypto';
import type { Alert, AlertMessage, AlertTarget } from './alert.ts';

/** More changes of one kind at a time are told together. */
const mostApart = 5;
const mostNamed = 10;

/** What a receiver is told of a change: one message a matter, or one for very many. */
export function messagesOf(
  { opened, over }: { opened: readonly Alert[]; over: readonly Alert[] },
  { on }: Pick<AlertTarget, 'on'>,
  place: { consoleUrl: string; at: string },
): AlertMessage[] {
  return [
    ...byKind(opened, on).flatMap((alerts) => told('alert.opened', alerts, place)),
    ...byKind(over, on).flatMap((alerts) => told('alert.resolved', alerts, place)),
  ];
}

function byKind(alerts: readonly Alert[], on: AlertTarget['on']): Alert[][] {
  const loud = alerts.filter(
    ({ isSilent, isUntold, kind }) => isSilent !== true && isUntold !== true && on.includes(kind),
  );
  return [...new Set(loud.map(({ kind }) => kind))].map((kind) => loud.filter((one) => one.kind === kind));
}

function told(
  type: AlertMessage['type'],
  alerts: readonly Alert[],
  { consoleUrl, at }: { consoleUrl: string; at: string },
): AlertMessage[] {
  const idOf = (parts: readonly Alert[]) =>
    `alert_${createHash('sha256')
      .update(JSON.stringify([type, parts.map(({ id }) => id)]))
      .digest('hex')
      .slice(0, 32)}`;
  if (alerts.length <= mostApart)
    return alerts.map((alert) => ({
      id: idOf([alert]),
      type,
      at,
      kind: alert.kind,
      title: alert.title,
      detail: type === 'alert.resolved' ? overInWords(alert.since, at) : alert.detail,
      link: consoleUrl + alert.page,
    }));
  const { kind, page } = alerts[0]!;
  const more = alerts.length > mostNamed ? `\n… and ${alerts.length - mostNamed} more` : '';
  return [
    {
      id: idOf(alerts),
      type,
      at,
      kind,
      title: `${alerts.length} alerts: ${kind}`,
      detail: alerts
        .slice(0, mostNamed)
        .map(({ title }) => title)
        .join('\n')
        .concat(more),
      link: consoleUrl + page.replace(/\/(?:group\/)?[^/]*\?.*$/, ''),
    },
  ];
}

/** `It lasted 1 min 54 s, from … to ….` */
function overInWords(since: string, at: string): string {
  const seconds = Math.max(0, Math.round((Date.parse(at) - Date.parse(since)) / 1000));
  return `It lasted ${durationInWords(seconds)}, from ${since} to ${at}.`;
}

export function durationInWords(seconds: number): string {
  const units = [
    [86_400, 'd'],
    [3600, 'h'],
    [60, 'min'],
    [1, 's'],
  ] as const;
  const first = units.findIndex(([size]) => seconds >= size);
  if (first === -1) return '0 s';
  let left = seconds;
  return units
    .slice(first, first + 2)
    .flatMap(([size, unit]) => {
      const whole = Math.floor(left / size);
      left -= whole * size;
      return whole === 0 ? [] : [`${whole} ${unit}`];
    })
    .join(' ');
}
