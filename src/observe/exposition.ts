/** One line of a metric: its labels and its number. */
export type Sample = readonly [labels: Readonly<Record<string, string>>, value: number];

/** A metric in the text format of Prometheus. The counts are kept elsewhere, and looked at when somebody asks. */
export function metricText(
  { name, type, help }: { name: string; type: 'counter' | 'gauge'; help: string },
  samples: Iterable<Sample>,
): string {
  const lines = [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`];
  for (const [labels, value] of samples) lines.push(`${name}${labelText(labels)} ${value}`);
  return `${lines.join('\n')}\n`;
}

function labelText(labels: Readonly<Record<string, string>>): string {
  const parts = Object.entries(labels).map(([label, text]) => `${label}="${escaped(text)}"`);
  return parts.length === 0 ? '' : `{${parts.join(',')}}`;
}

/** Names of sources come from requests. */
const escaped = (text: string): string =>
  text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
