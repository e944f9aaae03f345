import { describe, expect, it } from 'vitest';
import { contractFromJsonSchema } from '../../src/contracts/json-schema/compile.ts';
import { compileRivals } from '../../src/repair/rules/rivals.ts';

const names = (count: number, stem: string) => Array.from({ length: count }, (_, at) => `${stem}_${at}x`);

function rivals(declared: number, undeclared: number): string[] {
  const contract = contractFromJsonSchema({
    'x-contract': { name: 'order', version: '1.0.0' },
    type: 'object',
    properties: Object.fromEntries(['amount', ...names(declared, 'field')].map((name) => [name, {}])),
    required: ['amount'],
  });
  const find = compileRivals({ operations: [{ op: 'move', from: '/amt', to: '/amount' }] }, contract);
  return find({ amt: 1, ...Object.fromEntries(names(undeclared, 'key').map((name) => [name, 1])) });
}

describe('the rivals of what a rule takes', () => {
  it('are none among names that have nothing to do with it', () => {
    expect(rivals(20, 20)).toEqual([]);
  });

  it('are left to the healers where there are too many names to compare, in bounded time', () => {
    const before = process.cpuUsage();
    expect(rivals(300, 400)).toEqual(['']);
    const { user, system } = process.cpuUsage(before);
    expect((user + system) / 1000).toBeLessThan(1000);
  });
});
