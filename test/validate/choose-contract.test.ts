import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { ContractRegistry } from '../../src/contracts/registry.ts';
import { defineContract } from '../../src/contracts/zod/define.ts';
import { parseExact } from '../../src/model/exact-json.ts';
import type { JsonObject } from '../../src/model/json.ts';
import { chooseContract } from '../../src/validate/choose-contract.ts';

const registry = new ContractRegistry();
registry.register(
  defineContract({ name: 'order', version: '1.0.0', schema: z.object({ n: z.number().optional() }) }),
);

const chosen = (version: string) => {
  const event = parseExact(`{"version":${version}}`) as JsonObject;
  const choice = { sources: {}, defaultContract: 'order', unknownVersion: 'dead_letter' } as const;
  const result = chooseContract(event, 'shop', registry, choice);
  return result.ok ? result.value.version : result.error.violation.code;
};

describe("an event's own version", () => {
  it.each(['null', '2', '738529527931269425', '1.10000000000000000001', '"0"', '"2026-03-04"'])(
    'is data of the event when it is %s',
    (version) => expect(chosen(version)).toBe('1.0.0'),
  );

  it.each<[string, z.ZodType]>([
    ['listed values', z.enum(['2.1.0', '2.2.0'])],
    ['a pattern', z.string().regex(/^3\.0\.\d(-.+)?$/)],
  ])(
    'is data when %s of the contract leave its own version out: then the contract judges it',
    (_, version) => {
      const own = new ContractRegistry();
      own.register(defineContract({ name: 'order', version: '1.0.0', schema: z.object({ version }) }));
      const choice = { sources: {}, defaultContract: 'order', unknownVersion: 'dead_letter' } as const;
      const result = chooseContract({ version: '4.0.0' }, 'shop', own, choice);
      expect(result.ok && result.value.validate({ version: '4.0.0' })).toMatchObject({
        ok: false,
        violations: [{ path: '/version' }],
      });
    },
  );

  it.each(['"2.0.0"', '[]', '{}', 'true'])('is for a person when it is %s', (version) =>
    expect(chosen(version)).toBe('unknown_contract_version'),
  );
});
