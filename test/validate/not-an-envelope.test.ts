import { expect, it } from 'vitest';
import { z } from 'zod';
import { ContractRegistry } from '../../src/contracts/registry.ts';
import { defineContract } from '../../src/contracts/zod/define.ts';
import { createValidate } from '../../src/validate/stage.ts';

const contracts = new ContractRegistry();
contracts.register(
  defineContract({ name: 'order', version: '1.0.0', schema: z.object({ id: z.string().optional() }) }),
);
const rules = { find: () => ({ kind: 'none' }) as const, repairExpected: () => undefined };

it.each(['order', 'absent'])(
  'what is no envelope is for a person, though contract %s takes all',
  (defaultContract) => {
    const validate = createValidate({
      contracts,
      rules,
      choice: { sources: {}, defaultContract, unknownVersion: 'dead_letter' },
    });
    const facts = { requestId: crypto.randomUUID(), receivedAt: 0, source: 'shop' };
    const verdict = validate({ records: null }, { ...facts, notAt: '/records/*/body' });
    expect(verdict).toMatchObject({
      kind: 'unknown',
      contract: defaultContract,
      violation: { code: 'not_an_envelope', message: expect.stringContaining('/records/*/body') as string },
    });
  },
);
