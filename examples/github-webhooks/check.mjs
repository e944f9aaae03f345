/**
 * Checks all recorded payloads against the contracts, without a server, and says which fail and why.
 *
 *     npm run build && node examples/github-webhooks/make-contracts.mjs && node examples/github-webhooks/check.mjs
 */
import { join } from 'node:path';
import { loadContracts } from 'data-sentinel';
import { contractName, readPayloads } from './events.mjs';

const folder = process.argv[2] ?? join(import.meta.dirname, 'contracts');
const contracts = await loadContracts([folder]);
const keys = new Set();
const counts = {};
const reasons = new Map();

for (const { origin, event, payload } of readPayloads()) {
  const contract = contracts.latest(contractName(event));
  const count = (counts[event] ??= { payloads: 0, valid: 0, repeated: 0, invalid: 0 });
  count.payloads++;
  const result = contract.validate(payload);
  if (!result.ok) {
    count.invalid++;
    for (const { path, code, expected, found } of result.violations) {
      const reason = `${event}: ${path.replace(/\/\d+(?=\/|$)/g, '/*')} ${code}, expected ${expected}, found ${found}`;
      reasons.set(reason, (reasons.get(reason) ?? new Set()).add(origin));
    }
  } else if (isRepeated(contract, payload)) count.repeated++;
  else count.valid++;
}

console.table(counts);
for (const [reason, origins] of [...reasons].sort(([a], [b]) => (a < b ? -1 : 1)))
  console.log(`${reason} (${[...origins].join(', ')})`);

function isRepeated(contract, payload) {
  if (contract.key.includes('/event_id')) return false;
  const values = contract.key.map((pointer) =>
    pointer
      .slice(1)
      .split('/')
      .reduce((value, field) => value?.[field], payload),
  );
  const key = JSON.stringify([contract.name, values]);
  const repeated = keys.has(key);
  keys.add(key);
  return repeated;
}
