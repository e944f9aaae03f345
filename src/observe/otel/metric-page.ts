import { type Attributes, type HrTime, ValueType } from '@opentelemetry/api';
import { AggregationTemporality, DataPointType, type MetricData } from '@opentelemetry/sdk-metrics';

type Family = { name: string; help: string; type: string; samples: Sample[] };
type Sample = { name: string; labels: Attributes; value: number };

/** The page of `/metrics` as OpenTelemetry has it, under the same names; counters since `startTime`. */
export function metricsOf(page: string, startTime: HrTime, endTime: HrTime): MetricData[] {
  return familiesOf(page).map(({ name, help, type, samples }): MetricData => {
    const common = {
      descriptor: { name, description: help, unit: '', valueType: ValueType.DOUBLE },
      aggregationTemporality: AggregationTemporality.CUMULATIVE,
    };
    const point = <T>(attributes: Attributes, value: T) => ({ startTime, endTime, attributes, value });
    if (type === 'histogram')
      return {
        ...common,
        dataPointType: DataPointType.HISTOGRAM,
        dataPoints: histogramsOf(name, samples).map(({ labels, value }) => point(labels, value)),
      };
    const dataPoints = samples.map(({ labels, value }) => point(labels, value));
    return type === 'counter'
      ? { ...common, dataPointType: DataPointType.SUM, isMonotonic: true, dataPoints }
      : { ...common, dataPointType: DataPointType.GAUGE, dataPoints };
  });
}

const sampleLine = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)/;
const label = /([a-zA-Z_]\w*)="((?:[^"\\]|\\.)*)"/g;

function familiesOf(page: string): Family[] {
  const families: Family[] = [];
  const helps = new Map<string, string>();
  for (const line of page.split('\n')) {
    const [, kind, name, rest] = /^# (HELP|TYPE) (\S+) ?(.*)$/.exec(line) ?? [];
    if (kind === 'HELP') helps.set(name!, rest!);
    if (kind === 'TYPE')
      families.push({ name: name!, help: helps.get(name!) ?? '', type: rest!, samples: [] });
    const sample = sampleOf(line);
    if (sample !== undefined) families.at(-1)?.samples.push(sample);
  }
  return families.filter(({ samples }) => samples.length > 0);
}

function sampleOf(line: string): Sample | undefined {
  const [, name, labels = '', text] = sampleLine.exec(line) ?? [];
  if (name === undefined) return undefined;
  const value = text === '+Inf' ? Infinity : Number(text);
  if (!Number.isFinite(value)) return undefined;
  return {
    name,
    value,
    labels: Object.fromEntries([...labels.matchAll(label)].map(([, key, raw]) => [key!, unescaped(raw!)])),
  };
}

const unescaped = (text: string): string =>
  text.replace(/\\(.)/g, (_, char: string) => (char === 'n' ? '\n' : char));

interface Buckets {
  labels: Attributes;
  sum: number;
  count: number;
  /** Bound and how many are not above it, rising. */
  below: [number, number][];
}

/** The page counts what is below each bound; OpenTelemetry what is between two. */
function histogramsOf(name: string, samples: readonly Sample[]) {
  const all = new Map<string, Buckets>();
  for (const { name: part, labels: given, value } of samples) {
    const { le, ...labels } = given;
    const key = JSON.stringify(labels);
    const one = all.get(key) ?? { labels, sum: 0, count: 0, below: [] };
    all.set(key, one);
    if (part === `${name}_sum`) one.sum = value;
    else if (part === `${name}_count`) one.count = value;
    else if (le !== '+Inf') one.below.push([Number(le), value]);
  }
  return [...all.values()].map(({ labels, sum, count, below }) => {
    const cumulative = [...below.map(([, upTo]) => upTo), count];
    const counts = cumulative.map((upTo, at) => upTo - (cumulative[at - 1] ?? 0));
    return { labels, value: { buckets: { boundaries: below.map(([bound]) => bound), counts }, sum, count } };
  });
}
