import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type ContractDefinition, defineContract } from '../../src/contracts/zod/define.ts';
import { integer, uuid } from '../../src/contracts/fields/index.ts';
import { ContractRegistry } from '../../src/contracts/registry.ts';
import { compareVersions, parseVersion } from '../../src/contracts/versions.ts';
import type { Json } from '../../src/model/json.ts';

const contract = (name: string, version: string, more: Partial<ContractDefinition> = {}) =>
  defineContract({ name, version, schema: z.object({ n: z.number() }), ...more });

function registryOf(...contracts: readonly ReturnType<typeof contract>[]): ContractRegistry {
  const registry = new ContractRegistry();
  for (const one of contracts) registry.register(one);
  return registry;
}

const invalid = (message: RegExp) =>
  expect.objectContaining({
    code: 'contract_invalid',
    message: expect.stringMatching(message) as string,
  }) as Error;

describe('versions', () => {
  it.each<[unknown, string | undefined]>([
    ['1.2.3', '1.2.3'],
    ['1', '1.0.0'],
    ['1.2', '1.2.0'],
    ['v1', undefined],
    ['1.2.3.4', undefined],
    ['1.2.3-beta', undefined],
    ['', undefined],
    ['9'.repeat(40), undefined],
    [1, undefined],
    [[], undefined],
  ])('reads %j as %s', (text, version) => expect(parseVersion(text)?.join('.')).toBe(version));

  it('compares by number, not by text', () => {
    expect(compareVersions([1, 10, 0], [1, 9, 9])).toBeGreaterThan(0);
    expect(compareVersions([2, 0, 0], [10, 0, 0])).toBeLessThan(0);
  });
});

describe('which contract an event has', () => {
  const registry = registryOf(
    contract('order', '2.0.0'),
    contract('order', '1.10.0'),
    contract('order', '1.2.0'),
    contract('user', '1.0.0'),
  );
  const resolve = (version: Json | undefined, policy: 'dead_letter' | 'latest' = 'dead_letter') => {
    const result = registry.resolve('order', version, policy);
    return result.ok ? result.value.version : result.error.code;
  };

  it('is the one of the very version', () => {
    expect(resolve('1.2.0')).toBe('1.2.0');
    expect(resolve('2')).toBe('2.0.0');
    expect(resolve('1.2')).toBe('1.2.0');
  });

  it('else the newest of the same major', () => {
    expect(resolve('1.0.0')).toBe('1.10.0');
    expect(resolve('1.99.0')).toBe('1.10.0');
    expect(resolve('2.5')).toBe('2.0.0');
  });

  it('is the oldest for senders that predate versions', () => expect(resolve(undefined)).toBe('1.2.0'));

  it('is unknown with another major, unless the newest is to stand in', () => {
    expect(resolve('3.0.0')).toBe('unknown_contract_version');
    expect(resolve('3.0.0', 'latest')).toBe('2.0.0');
  });

  it.each<Json>([[], {}, 7, null, true, 'x', '', 'v2'])('is unknown with %j for a version', (version) => {
    expect(resolve(version)).toBe('unknown_contract_version');
    expect(resolve(version, 'latest')).toBe('unknown_contract_version');
  });

  it('is unknown without telling what the sender wrote', () => {
    const wrong = registry.resolve('order', 'secret', 'dead_letter');
    expect(wrong).toEqual({
      ok: false,
      error: {
        code: 'unknown_contract_version',
        message: 'The version must be text like 2.0.0, found other text; order has 1.2.0, 1.10.0, 2.0.0.',
        known: ['1.2.0', '1.10.0', '2.0.0'],
      },
    });
    for (const name of ['secret', '__proto__', 'constructor']) {
      const nameless = registry.resolve(name, '1.0.0', 'latest');
      expect(nameless).toMatchObject({
        ok: false,
        error: { code: 'unknown_contract', known: ['order', 'user'] },
      });
      expect(JSON.stringify(nameless)).not.toContain(name);
    }
  });

  it('can be looked up by name and version', () => {
    expect(registry.get('order', '1.2.0')?.version).toBe('1.2.0');
    expect(registry.get('order', '1.3.0')).toBeUndefined();
    expect(registry.latest('order')?.version).toBe('2.0.0');
    expect(registry.latest('none')).toBeUndefined();
    expect(registry.all().map(({ name, version }) => `${name} ${version}`)).toEqual([
      'order 1.2.0',
      'order 1.10.0',
      'order 2.0.0',
      'user 1.0.0',
    ]);
  });
});

describe('registering', () => {
  it('refuses a second contract of the same name and version, unless it is meant to replace the first', () => {
    const registry = registryOf(contract('order', '1.0.0'));
    const second = contract('order', '1.0.0', { description: 'ours' });
    expect(() => registry.register(second)).toThrow(invalid(/order 1\.0\.0 is defined twice/));
    registry.register(second, { override: true });
    expect(registry.all()).toEqual([second]);
  });

  it('refuses two contracts with one table, however it is spelled', () => {
    const registry = registryOf(contract('order', '1.0.0'));
    expect(() => registry.register(contract('sale', '1.0.0', { table: 'Order' }))).toThrow(
      invalid(/order and sale have the same table/),
    );
    registry.register(contract('order', '1.1.0'));
  });
});

describe('the tables of all contracts', () => {
  it('have the columns of all versions of a contract, and a place for the id', () => {
    const registry = registryOf(
      contract('order', '1.0.0', { schema: z.object({ n: integer(), old: z.string() }) }),
      contract('order', '1.1.0', { schema: z.object({ n: integer(), new: z.boolean() }) }),
      contract('user', '1.0.0', {
        table: 'users',
        key: 'n',
        schema: z.object({ n: integer(), event_id: uuid() }),
      }),
    );
    expect(registry.tables()).toEqual([
      {
        name: 'order',
        contract: 'order',
        key: ['/event_id'],
        columns: [
          { name: 'event_id', type: { kind: 'string' } },
          { name: 'n', type: { kind: 'integer' }, required: true },
          { name: 'old', type: { kind: 'string' } },
          { name: 'new', type: { kind: 'boolean' } },
        ],
      },
      {
        name: 'users',
        contract: 'user',
        key: ['/n'],
        columns: [
          { name: 'n', type: { kind: 'integer' }, required: true },
          { name: 'event_id', type: { kind: 'uuid' }, required: true },
        ],
      },
    ]);
  });

  const first = contract('order', '1.0.0');
  it.each<[RegExp, Partial<ContractDefinition>]>([
    [
      /order 1\.1\.0 declares n as string, but version 1\.0\.0 as number/,
      { schema: z.object({ n: z.string() }) },
    ],
    [/declares N, which version 1\.0\.0 spells n/, { schema: z.object({ N: z.number() }) }],
    [/has another `table` than version 1\.0\.0/, { table: 'orders' }],
    [/has another `key` than version 1\.0\.0/, { key: 'n' }],
    [/_extra, which is a column of Data Sentinel's own/, { schema: z.object({ _extra: z.number() }) }],
  ])('are refused when versions disagree: %s', (problem, second) => {
    expect(() => registryOf(first, contract('order', '1.1.0', second)).tables()).toThrow(invalid(problem));
  });
});
