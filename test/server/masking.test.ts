import { expect, it } from 'vitest';
import { defineContract, z } from '../../src/index.ts';
import { maskPrivate } from '../../src/contracts/pii.ts';
import { openingMessages } from '../../src/repair/healers/llm/prompt.ts';
import { maskedChanges } from '../../src/server/masked-changes.ts';
import { createMasking, maskedLetter } from '../../src/server/masking.ts';
import { toContractInfo } from '../../src/observe/contract-info.ts';
import type { DeadLetter } from '../../src/model/dead-letter.ts';

const contract = defineContract({
  name: 'user',
  version: '1.0.0',
  key: 'id',
  schema: z.object({ id: z.string(), email: z.string(), phones: z.array(z.object({ number: z.string() })) }),
  pii: ['/email', '/phones/*/number'],
});
const event = {
  id: 'u1',
  'E-Mail': 'ann@example.com',
  phones: [{ number: '555-0100', kind: 'home' }],
  contact: { email: 'ann@example.com' },
  email: null,
};
const letter = (change: Partial<DeadLetter> = {}): DeadLetter =>
  ({ contract: 'user', version: '1.0.0', raw: JSON.stringify(event), ...change }) as DeadLetter;

it('masks private fields wherever they have drifted to, and nothing else', () => {
  expect(maskPrivate(contract.pii)(event)).toEqual({
    id: 'u1',
    'E-Mail': '•••',
    phones: [{ number: '•••', kind: 'home' }],
    contact: { email: '•••' },
    email: null,
  });
  expect(maskPrivate([])(event)).toBe(event);
});

it('masks letters in lists, those of unknown contracts too, and everything while no contract can be asked for', async () => {
  const maskOf = await createMasking(async () => [toContractInfo(contract)])();
  const edited = JSON.stringify({ id: 'u1', email: 'bob@example.com' });
  for (const shown of [
    maskedLetter(letter({ edited }), maskOf),
    maskedLetter(letter({ contract: 'nobody knows' }), maskOf),
  ])
    expect(JSON.stringify(shown)).not.toMatch(/@example|555/);
  expect(JSON.parse(maskedLetter(letter(), maskOf).raw)).toMatchObject({ id: 'u1' });
  const blind = await createMasking(() => Promise.reject(new Error('no worker')))();
  expect(maskedLetter(letter(), blind).raw).not.toMatch(/u1|home/);
});

it('hides what a repair changed where it was and where it is', () => {
  const plan = JSON.stringify({
    operations: [
      { op: 'move', from: '/contact', to: '/email' },
      { op: 'cast', path: '/age', to: 'integer' },
    ],
  });
  const original = JSON.stringify({ contact: 'ann@example.com', age: '41' });
  const result = JSON.stringify({ email: 'ann@example.com', age: 41 });
  const changes = maskedChanges({ plan, byHand: undefined }, { original, result }, maskPrivate(contract.pii));
  expect(changes).toMatchObject([
    { path: '/age', before: '41', after: 41 },
    { path: '/email', from: ['/contact'], before: '•••', after: '•••' },
  ]);
  expect(JSON.stringify(changes)).not.toContain('@example');
});

it('shows an LLM no private values, even where values are shared', () => {
  const told = JSON.stringify(
    openingMessages(
      {
        contract,
        source: 'crm',
        event,
        violations: [{ path: '/email', code: 'type', message: '', expected: 'text', found: 'null' }],
      } as never,
      { shareValues: true },
    ),
  );
  expect(told).toContain('u1');
  expect(told).not.toMatch(/@example|555-/);
});
