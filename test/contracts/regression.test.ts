import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { loadContracts } from '../../src/contracts/discover.ts';
import type { JsonObject } from '../../src/model/json.ts';
import { fillEnvelope } from '../../src/validate/envelope.ts';

/**
 * Payloads that senders were once told are good. A contract may change only so that they stay good; what must break
 * gets a new major version, beside the old one.
 */
const payloads = JSON.parse(readFileSync(new URL('./payloads/accepted.json', import.meta.url), 'utf8')) as {
  contract: string;
  version: string;
  what: string;
  event: JsonObject;
}[];

const contracts = await loadContracts([new URL('../../contracts', import.meta.url).pathname]);

it.each(payloads)('$contract $version still accepts $what', ({ contract: name, version, event }) => {
  const contract = contracts.get(name, version)!;
  const requestId = '01923456-789a-7000-8000-000000000000';
  fillEnvelope(event, contract, { requestId, receivedAt: 0, source: undefined });
  expect(contract.validate(event)).toMatchObject({ ok: true });
});
