import { readFileSync } from 'node:fs';
import { parser } from '@prometheus-io/lezer-promql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { type TestService, startTestService } from '../../src/testing/test-service.ts';

/** The files for Grafana and Prometheus against the metrics of a running service. */
const read = (path: string): string => readFileSync(new URL(`../../deploy/${path}`, import.meta.url), 'utf8');

interface Panel {
  id: number;
  title: string;
  type: string;
  gridPos: { x: number; y: number; w: number; h: number };
  targets: { refId: string; expr: string }[];
}
interface Dashboard {
  uid: string;
  title: string;
  schemaVersion: number;
  templating: { list: { name: string; type: string; definition?: string }[] };
  panels: Panel[];
}
interface Rule {
  alert: string;
  expr: string;
  for: string;
  labels: { severity: string };
  annotations: { summary: string; description: string };
}

const dashboard = JSON.parse(read('grafana/data-sentinel.json')) as Dashboard;
const { groups } = parse(read('prometheus/alerts.yaml')) as { groups: { name: string; rules: Rule[] }[] };
const rules = groups.flatMap((group) => group.rules);

interface Parsed {
  metrics: string[];
  /** Of a selector or a grouping. */
  labels: string[];
}

/** Throws at what Prometheus would not read. Grafana's own variables stand for what it puts there. */
function parsed(expr: string): Parsed {
  const text = expr.replaceAll('$__rate_interval', '5m').replaceAll('$job', '.*');
  const found: Parsed = { metrics: [], labels: [] };
  parser.parse(text).iterate({
    enter({ type, from, to, node }) {
      if (type.isError) throw new Error(`no PromQL at ${from}: ${text}`);
      const word = text.slice(from, to);
      if (type.name === 'Identifier' && node.parent?.name === 'VectorSelector') found.metrics.push(word);
      if (type.name === 'LabelName') found.labels.push(word);
    },
  });
  return found;
}

let service: TestService;
let page: string;
beforeAll(async () => {
  service = await startTestService({});
  page = await fetch(`${service.url}/metrics`).then((response) => response.text());
});
afterAll(() => service.close());

/** As the page has them, the parts of a histogram included, and what Prometheus adds itself. */
function known(metric: string): boolean {
  if (metric === 'up') return true;
  const family = page.includes(`# TYPE ${metric.replace(/_(?:bucket|sum|count)$/, '')} histogram`);
  return family || page.includes(`# TYPE ${metric} `);
}
const labels = new Set([
  'job',
  'instance',
  'le',
  'topic',
  'group',
  'status',
  'source',
  'contract',
  'reason',
  'type',
  'destination',
]);

describe('deploy/grafana', () => {
  it('each panel asks in PromQL for what the service measures', () => {
    expect(dashboard.panels.length).toBeGreaterThan(10);
    for (const { title, targets } of dashboard.panels)
      for (const { expr } of targets) {
        const { metrics, labels: used } = parsed(expr);
        expect(metrics, title).not.toEqual([]);
        expect(
          metrics.filter((metric) => !known(metric)),
          title,
        ).toEqual([]);
        expect(
          used.filter((label) => !labels.has(label)),
          title,
        ).toEqual([]);
      }
  });

  it('is a dashboard that Grafana can import: ids are unique, panels do not overlap, variables exist', () => {
    const { uid, panels, schemaVersion, templating } = dashboard;
    expect(uid).toMatch(/^[a-z-]{1,40}$/);
    expect(schemaVersion).toBeGreaterThanOrEqual(39);
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    const taken = new Set<string>();
    for (const {
      gridPos: { x, y, w, h },
      title,
    } of panels)
      for (let row = y; row < y + h; row++)
        for (let column = x; column < x + w; column++) {
          expect(column, title).toBeLessThan(24);
          expect(taken.has(`${row}/${column}`), title).toBe(false);
          taken.add(`${row}/${column}`);
        }
    const variables = new Set(templating.list.map(({ name }) => name));
    const used = [...JSON.stringify(panels).matchAll(/\$\{?([a-z]\w*)/g)].map(([, name]) => name!);
    expect(used.filter((name) => !variables.has(name))).toEqual([]);
    for (const { definition = '' } of templating.list)
      for (const [metric] of definition.matchAll(/sentinel_\w+/g)) expect(known(metric)).toBe(true);
  });
});

describe('deploy/prometheus', () => {
  it.each(rules)('$alert asks in PromQL for what the service measures, and says what to do', (rule) => {
    const { metrics, labels: used } = parsed(rule.expr);
    expect(metrics.filter((metric) => !known(metric))).toEqual([]);
    expect(used.filter((label) => !labels.has(label))).toEqual([]);
    expect(rule.for).toMatch(/^\d+[mh]$/);
    expect(rule.labels.severity).toMatch(/^(?:critical|warning|info)$/);
    expect(rule.annotations.summary.length).toBeGreaterThan(10);
    expect(rule.annotations.description.length).toBeGreaterThan(10);
  });

  it('has rules with names of their own', () => {
    expect(new Set(rules.map(({ alert }) => alert)).size).toBe(rules.length);
  });

  it.each(['sum by (x (y)', 'rate(sentinel_events_total[)', '1 +'])('%s is not taken for PromQL', (text) => {
    expect(() => parsed(text)).toThrow(/no PromQL/);
  });
});
