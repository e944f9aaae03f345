// npm run bench:parts: CPU time of the pipeline thread's parts, per event, without queue and DuckDB; medians.
//   --dist FOLDER (dist)   another build to compare with, in turns   --only TEXT   --rounds N (15)   --events N (5000)
import { randomUUID } from 'node:crypto';
import { pathToFileURL } from 'node:url';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';

const { values: options } = parseArgs({
  options: {
    dist: { type: 'string', default: 'dist' },
    rounds: { type: 'string', default: '15' },
    events: { type: 'string', default: '5000' },
    only: { type: 'string' },
  },
});
const rounds = Number(options.rounds);
const events = Number(options.events);
const linesPerRecord = 1000;

const transaction = (changes = {}) => {
  const event = {
    event_id: randomUUID(),
    timestamp: '2026-01-15T10:30:00Z',
    source: 'bench',
    amount: 99.99,
    currency: 'EUR',
    user_id: '5f0c1d0e-8a3b-4d7e-9c55-1f2e3d4c5b6a',
    email: 'ada@example.com',
    description: 'a book',
    ...changes,
  };
  return Object.fromEntries(Object.entries(event).filter(([, value]) => value !== undefined));
};

const shipment = (changes = {}) => ({
  type: 'shipment',
  event_id: randomUUID(),
  status: 'delivered',
  parcels: 2,
  sent_at: '2026-01-15T10:30:00Z',
  receiver: { name: 'Ada', city: 'London' },
  ...changes,
});

const shipmentSchema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  'x-contract': { name: 'shipment', version: '1.0.0', key: 'event_id' },
  type: 'object',
  required: ['event_id', 'status', 'parcels', 'receiver'],
  properties: {
    event_id: { type: 'string', format: 'uuid' },
    status: { enum: ['ready', 'on_the_way', 'delivered'] },
    parcels: { type: 'integer', minimum: 1 },
    sent_at: { type: 'string', format: 'date-time' },
    receiver: {
      type: 'object',
      required: ['name', 'city'],
      properties: { name: { type: 'string' }, city: { type: 'string' } },
    },
  },
};

const move = { op: 'move', from: '/user_email', to: '/email' };
const loads = {
  'clean, Zod': { make: () => transaction() },
  'clean, JSON Schema': { make: () => shipment() },
  'drifted, move': {
    make: () => transaction({ email: undefined, user_email: 'ada@example.com' }),
    contract: 'transaction',
    plan: { operations: [move] },
  },
  'drifted, move and cast': {
    make: () => transaction({ email: undefined, user_email: 'ada@example.com', amount: '1,299.90' }),
    contract: 'transaction',
    plan: { operations: [move, { op: 'cast', path: '/amount', to: 'decimal', format: '1,234.56' }] },
  },
  'drifted, enum map (JSON Schema)': {
    make: () => shipment({ status: 'DELIVERED' }),
    contract: 'shipment',
    plan: {
      operations: [{ op: 'map', path: '/status', values: { DELIVERED: 'delivered', READY: 'ready' } }],
    },
  },
};

/** Rules, as one in the state would be held; nothing is written anywhere. */
const noState = {
  get: async () => undefined,
  put: async () => {},
  delete: async () => {},
  write: async () => {},
  list: async () => [],
  putIfAbsent: async () => true,
  watch: async () => () => {},
};
const silent = { info() {}, warn: console.error, error: console.error, fatal: console.error, debug() {} };

async function open(dist) {
  const load = (path) => import(pathToFileURL(resolve(dist, path)).href);
  const { loadContracts } = await load('contracts/discover.js');
  const { contractFromJsonSchema } = await load('contracts/json-schema/compile.js');
  const { openRuleStore } = await load('repair/rules/store.js');
  const { createValidate } = await load('validate/stage.js');
  const { createJudge } = await load('flow/judge.js');
  const { Outbox } = await load('flow/outbox.js');
  const { Route } = await load('flow/route.js');
  const { createPipelineMetrics } = await load('observe/metrics.js');
  const { encodeRecord, forEachEvent } = await load('ingest/record.js');
  const contracts = await loadContracts([resolve('contracts')], { override: true });
  contracts.register(contractFromJsonSchema(shipmentSchema));
  const rules = await openRuleStore(noState, { ttlDays: 7, contracts, log: silent });
  const validate = createValidate({
    contracts,
    rules,
    choice: { sources: {}, defaultContract: 'transaction', unknownVersion: 'dead_letter' },
  });
  let seen = [];
  const metrics = createPipelineMetrics();
  const route = new Route({
    judge: createJudge({ contracts, validate, metrics, log: silent }),
    outbox: () => new Outbox({ publish: async () => {}, state: noState }, new Set()),
    loading: {
      prepareRow() {},
      async settle({ rows }) {
        seen = rows;
        return { rows: rows.map(() => ({ status: 'loaded' })), letters: [] };
      },
    },
    letters: { settleReplayed: async () => {} },
    metrics,
    onSettled() {},
    log: silent,
  });

  for (const { make, contract: name, plan } of Object.values(loads)) {
    if (plan === undefined) continue;
    const contract = contracts.latest(name);
    const event = make();
    const { violations } = contract.validate(event);
    const failure = {
      contract,
      version: contract.version,
      source: 'bench',
      event,
      violations,
      signature: name,
    };
    const learned = await rules.learn({ failure, plan, origin: 'person', approval: 'auto', evidence: [] });
    if (learned.kind !== 'learned') throw new Error(`rule not learned: ${learned.kind}`);
  }

  let offset = 0;
  return {
    batch(lines) {
      const batch = [];
      for (let at = 0; at < lines.length; at += linesPerRecord) {
        const some = lines.slice(at, at + linesPerRecord);
        const header = { id: randomUUID(), at: Date.now(), source: 'bench', n: some.length };
        const body = encodeRecord(header, some.join('\n'));
        batch.push({ body, position: { partition: 'p', offset: ++offset }, attempt: 1 });
      }
      return batch;
    },
    parts: {
      'JSON.parse of each line, for comparison': ({ lines }) => {
        for (const line of lines) JSON.parse(line);
      },
      decode({ batch }) {
        for (const { body } of batch) forEachEvent(body, () => {});
      },
      'decode and verdict': ({ batch }) => {
        for (const { body } of batch)
          forEachEvent(body, ({ event, requestId, header }) =>
            validate(event, { requestId, receivedAt: header.at, source: header.source }),
          );
      },
      'whole route': ({ batch }) => route.fromQueue(batch),
    },
    check(repaired) {
      if (seen.length !== events) throw new Error(`${seen.length} rows of ${events} events`);
      if (seen.some((row) => (row.repair !== undefined) !== repaired))
        throw new Error('not the expected repairs');
    },
  };
}

const cpu = () => {
  const { user, system } = process.cpuUsage();
  return user + system;
};
const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];

const build = await open(options.dist);
for (const [name, { make, plan }] of Object.entries(loads)) {
  if (options.only !== undefined && !name.includes(options.only)) continue;
  const figures = new Map();
  for (let round = 0; round < rounds + 3; round++) {
    const lines = Array.from({ length: events }, () => JSON.stringify(make()));
    for (const [part, run] of Object.entries(build.parts)) {
      const batch = build.batch(lines);
      const before = cpu();
      await run({ lines, batch });
      const used = (cpu() - before) / events;
      // The first rounds warm the compiler up.
      if (round >= 3) figures.set(part, [...(figures.get(part) ?? []), used]);
    }
    build.check(plan !== undefined);
  }
  console.log(name);
  for (const [part, values] of figures)
    console.log(`  ${part.padEnd(42)}${median(values).toFixed(2).padStart(8)}  µs of CPU an event`);
}
process.exit(0);
