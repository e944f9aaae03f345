// What is aimed at (2 cores, the load generator included), as functions of the figures' medians.
const over = (a, b) => (a === undefined || b === undefined ? undefined : a / b);

export const targets = [
  ...[64, 256].map((connections) => ({
    name: `single POSTs, ${connections} connections: loaded ÷ bare node:http`,
    value: (m) =>
      over(
        m(`loaded from single POSTs, ${connections} connections (events/s)`),
        m(`bare node:http, ${connections} connections (req/s)`),
      ),
    atLeast: 0.75,
  })),
  {
    name: 'single POSTs, all drifted, one known rule ÷ all clean',
    value: (m) =>
      over(
        m('loaded from single POSTs, drifted (events/s)'),
        m('loaded from single POSTs, clean (events/s)'),
      ),
    atLeast: 0.8,
  },
  {
    name: 'single POSTs: CPU of an event with a known rule ÷ of a clean one',
    value: (m) => over(m('CPU, single POSTs, drifted (µs/event)'), m('CPU, single POSTs, clean (µs/event)')),
    atMost: 1.3,
  },
  ...['verified', 'verified, with ids'].map((kind) => ({
    name: `single POSTs, ${kind} ÷ not verified`,
    value: (m) =>
      over(
        m(`loaded from single POSTs, ${kind} (events/s)`),
        m('loaded from single POSTs, not verified (events/s)'),
      ),
    atLeast: 0.9,
  })),
  ...[
    [1, 0.9],
    [10, 0.8],
  ].map(([percent, atLeast]) => ({
    name: `single POSTs, ${percent} % unrepairable: clean events' rate ÷ rate with none`,
    value: (m) =>
      over(
        m(`loaded from single POSTs, ${percent} % unrepairable (events/s)`),
        m('loaded from single POSTs, clean (events/s)'),
      ),
    atLeast,
  })),
  ...[
    ['single POSTs, 64 connections', 2],
    ['single POSTs, 256 connections', 2],
    ['NDJSON', 1.5],
  ].map(([kind, atLeast]) => ({
    name: `PostgreSQL, ${kind}: loaded ÷ Benthos`,
    value: (m) =>
      over(m(`loaded into PostgreSQL from ${kind} (events/s)`), m(`Benthos, loaded from ${kind} (events/s)`)),
    atLeast,
  })),
  {
    name: 'NDJSON to DuckDB: loaded ÷ dlt',
    value: (m) =>
      over(m('loaded from NDJSON, clean (events/s)'), m('dlt, loaded from NDJSON into DuckDB (events/s)')),
    atLeast: 10,
  },
  {
    name: 'NDJSON: loaded ÷ DuckDB read_json',
    value: (m) => over(m('loaded from NDJSON, clean (events/s)'), m('DuckDB read_json (events/s)')),
    atLeast: 0.3,
  },
  {
    name: 'NDJSON, all drifted, one known rule ÷ all clean',
    value: (m) =>
      over(m('loaded from NDJSON, drifted (events/s)'), m('loaded from NDJSON, clean (events/s)')),
    atLeast: 0.8,
  },
  {
    name: 'NDJSON: CPU of an event with a known rule ÷ of a clean one',
    value: (m) => over(m('CPU, drifted (µs/event)'), m('CPU, clean (µs/event)')),
    atMost: 1.3,
  },
  ...[
    [1, 0.9],
    [10, 0.8],
  ].map(([percent, atLeast]) => ({
    name: `NDJSON, ${percent} % unrepairable: clean events' rate ÷ rate with none`,
    value: (m) =>
      over(
        m(`loaded from NDJSON, ${percent} % unrepairable (clean events/s)`),
        m('loaded from NDJSON, clean (events/s)'),
      ),
    atLeast,
  })),
  {
    name: 'accepted → queryable at half the maximal rate, p50 (ms)',
    value: (m) => m('queryable, p50 (ms)'),
    atMost: 100,
  },
  {
    name: 'accepted → queryable at half the maximal rate, p99 (ms)',
    value: (m) => m('queryable, p99 (ms)'),
    atMost: 300,
  },
  {
    name: 'acknowledgement at half the maximal rate, p99 (ms)',
    value: (m) => m('acknowledgement, p99 (ms)'),
    atMost: 20,
  },
  { name: 'backlog: resident memory (MB)', value: (m) => m('backlog, resident memory (MB)'), atMost: 500 },
  {
    name: 'backlog: accept rate at its end ÷ at its beginning',
    value: (m) =>
      over(m('backlog, accepted at its end (events/s)'), m('backlog, accepted at its beginning (events/s)')),
    atLeast: 0.9,
  },
  { name: 'restart with pending events: to ready (s)', value: (m) => m('restart, to ready (s)'), atMost: 3 },
  {
    name: 'restart with pending events: to first load (s)',
    value: (m) => m('restart, to first load (s)'),
    atMost: 5,
  },
  {
    name: 'large table: load rate ÷ that of an empty one',
    value: (m) => over(m('loaded into a large table (events/s)'), m('loaded into an empty table (events/s)')),
    atLeast: 0.8,
  },
  {
    name: 'queue store after ten refills ÷ its first peak',
    value: (m) => over(m('queue store after ten refills (MB)'), m('queue store at its first peak (MB)')),
    atMost: 1.5,
  },
  { name: 'idle: CPU (% of a core)', value: (m) => m('idle, CPU (%)'), atMost: 1 },
  { name: 'idle: resident memory (MB)', value: (m) => m('idle, resident memory (MB)'), atMost: 150 },
];

/** Prints each target that could be judged; returns them for the JSON file. */
export function printTargets(median) {
  return targets.flatMap(({ name, value, atLeast, atMost }) => {
    const found = value(median);
    if (found === undefined) return [];
    const met = atLeast === undefined ? found <= atMost : found >= atLeast;
    const wanted = atLeast === undefined ? `≤ ${atMost}` : `≥ ${atLeast}`;
    console.log(
      `${name.padEnd(66)} ${found.toFixed(2).padStart(9)}  ${wanted.padEnd(7)} ${met ? 'met' : 'MISSED'}`,
    );
    return [{ name, found, wanted, met }];
  });
}
