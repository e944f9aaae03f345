import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadContracts } from '../../src/contracts/discover.ts';
import { contractFromJsonSchema } from '../../src/contracts/json-schema/compile.ts';
import type { ContractProblem } from '../../src/contracts/problems.ts';
import { ContractRegistry } from '../../src/contracts/registry.ts';
import { type ContractDefinition, defineContract, z } from '../../src/index.ts';
import type { JsonObject } from '../../src/model/json.ts';
import { createValidate } from '../../src/validate/stage.ts';

const schema = z.object({ id: z.string(), email: z.string().optional(), updated_at: z.iso.datetime() });
const define = (more: Partial<ContractDefinition> = {}) =>
  defineContract({ name: 'user', version: '1.0.0', key: 'id', schema, ...more });
const asJson = (more: JsonObject) =>
  contractFromJsonSchema({
    'x-contract': { name: 'user', version: '1.0.0', key: 'id', ...more },
    type: 'object',
    required: ['id', 'updated_at'],
    properties: {
      id: { type: 'string' },
      email: { type: 'string' },
      updated_at: { type: 'string', format: 'date-time' },
    },
  });
const event = { id: 'u1', updated_at: '2026-01-01T00:00:00Z' };

function verdictOf(contract: ReturnType<typeof define>, sent: JsonObject) {
  const contracts = new ContractRegistry();
  contracts.register(contract);
  const validate = createValidate({
    contracts,
    rules: { find: () => ({ kind: 'none' }), repairExpected: () => undefined },
    choice: { sources: {}, defaultContract: 'user', unknownVersion: 'dead_letter' },
  });
  return validate(sent, { requestId: crypto.randomUUID(), receivedAt: 0, source: 'crm' });
}

describe('what a contract says of repeats', () => {
  it('is in its table, in both ways of writing it', () => {
    for (const contract of [
      define({ onRepeat: 'replace', orderBy: '/updated_at' }),
      asJson({ on_repeat: 'replace', order_by: '/updated_at' }),
    ]) {
      const registry = new ContractRegistry();
      registry.register(contract);
      expect(registry.tables()[0]).toMatchObject({
        key: ['/id'],
        onRepeat: 'replace',
        orderBy: 'updated_at',
      });
    }
  });

  it('leaves the table without a key where each event is a row', () => {
    const registry = new ContractRegistry();
    registry.register(define({ onRepeat: 'history' }));
    expect(registry.tables()[0]).toMatchObject({ key: [], onRepeat: 'history' });
  });

  it.each<[RegExp, Partial<ContractDefinition>]>([
    [/`onRepeat` must be one of keep, replace, history/, { onRepeat: 'newest' as never }],
    [
      /`orderBy` \/data\/at has no column of its own: .* map it/,
      { onRepeat: 'replace', orderBy: '/data/at' },
    ],
    [/`orderBy` is for `onRepeat: "replace"` only/, { orderBy: 'updated_at' }],
    [/`undeclared` must be one of keep, reject, quarantine/, { undeclared: 'drop' as never }],
    [/`pii` names \/mail, which the schema does not declare/, { pii: ['/mail'] }],
    [/`pii` must be a list/, { pii: '/email' as never }],
  ])('is refused when it makes no sense: %s', (message, more) => {
    expect(() => define(more)).toThrow(message);
  });

  it('must be the same in all versions', () => {
    const registry = new ContractRegistry();
    registry.register(define());
    expect(() => registry.register(define({ version: '1.1.0', onRepeat: 'replace' }))).toThrow(
      /has another `onRepeat` than version 1\.0\.0/,
    );
  });
});

describe('undeclared fields', () => {
  const sent = { ...event, nickname: 'x', event_id: 'e1', type: 'user', version: '1.0.0' };

  it('are kept by default', () => {
    expect(verdictOf(define(), sent).kind).toBe('valid');
  });

  it('are violations where the contract rejects them, but for the words by which an event says what it is', () => {
    for (const contract of [define({ undeclared: 'reject' }), asJson({ undeclared: 'reject' })]) {
      const verdict = verdictOf(contract, sent);
      expect(verdict).toMatchObject({
        kind: 'invalid',
        violations: [{ path: '/nickname', code: 'undeclared' }],
      });
      expect(verdictOf(contract, event).kind).toBe('valid');
    }
  });

  it('wait for a person under quarantine, without asking the healers', () => {
    const verdict = verdictOf(define({ undeclared: 'quarantine' }), sent);
    expect(verdict).toMatchObject({
      kind: 'unknown',
      contract: 'user',
      version: '1.0.0',
      violation: { path: '/nickname', code: 'undeclared' },
    });
    expect(JSON.stringify(verdict)).not.toContain('"x"');
    expect(verdictOf(define({ undeclared: 'quarantine' }), { ...event, type: 'user' }).kind).toBe('valid');
    expect(verdictOf(define({ undeclared: 'quarantine' }), event).kind).toBe('valid');
  });
});

describe('a key that may be missing', () => {
  it('is warned of when the contract is read, with the file and the line to change', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'sentinel-key-'));
    const schema = {
      'x-contract': { name: 'user', version: '1.0.0', key: ['id', '/team/id'] },
      required: ['team'],
      properties: {
        id: { type: 'string' },
        team: { type: 'object', required: ['id'], properties: { id: { type: 'string' } } },
      },
    };
    const file = join(dir, 'user.schema.json');
    await writeFile(file, JSON.stringify(schema, null, 2));
    const warnings: ContractProblem[] = [];
    await loadContracts([dir], { onWarning: (warning) => warnings.push(warning) });
    expect(warnings).toEqual([
      { file, line: 14, name: 'user', message: expect.stringMatching(/its key \/id may be missing or null/) },
    ]);
    await rm(dir, { recursive: true });
  });
});

describe('aliases', () => {
  const contract = (aliases: Record<string, string[]>) =>
    contractFromJsonSchema({
      'x-contract': { name: 'thing', version: '1.0.0', aliases },
      type: 'object',
      properties: { a: { type: 'string' }, b: { type: 'object', properties: { c: {} } } },
    });
  it.each<[Record<string, string[]>, RegExp]>([
    [{ '/zz': ['x'] }, /names \/zz, which the schema does not declare/],
    [{ '/a': ['x'], '/b': ['x'] }, /gives the name x to \/a and to \/b/],
    [{ '/a': ['b'] }, /gives \/a the name b, which is a field of its own/],
  ])('that cannot be meant are refused: %j', (aliases, message) => {
    expect(() => contract(aliases)).toThrow(message);
  });
  it('that lead to one field each are taken', () => {
    expect(contract({ '/a': ['x', 'y'], '/b/c': ['x'] }).aliases).toEqual({
      '/a': ['x', 'y'],
      '/b/c': ['x'],
    });
  });
});

describe('a closed schema', () => {
  const closedBy = (more: object) =>
    contractFromJsonSchema({
      'x-contract': { name: 'shut', version: '1.0.0' },
      type: 'object',
      properties: { a: { type: 'integer' } },
      ...more,
    });

  it.each([
    ['additionalProperties', closedBy({ additionalProperties: false })],
    ['unevaluatedProperties', closedBy({ unevaluatedProperties: false })],
    ['a part', closedBy({ allOf: [{ properties: { a: {} }, additionalProperties: false }] })],
    [
      'z.strictObject',
      defineContract({ name: 's', version: '1.0.0', schema: z.strictObject({ a: z.int() }) }),
    ],
    [
      'open: false',
      defineContract({ name: 's', version: '1.0.0', open: false, schema: z.object({ a: z.int() }) }),
    ],
  ])('takes the words by which an event says what it is, and keeps them: %s', (_, { validate }) => {
    const event = { type: 'shut', version: '1.0.0', event_id: 'x', source: 's', timestamp: 't', a: 1 };
    expect(validate(event)).toEqual({ ok: true, value: event });
    expect(validate({ a: 1 })).toEqual({ ok: true, value: { a: 1 } });
    const violationsOf = (sent: JsonObject) => {
      const validation = validate(sent);
      return validation.ok ? [] : validation.violations.map(({ path, code }) => `${path} ${code}`);
    };
    expect(violationsOf({ ...event, b: 1 })).toEqual(['/b undeclared']);
    expect(violationsOf({ type: 'shut', a: 'x' })).toEqual(['/a type']);
  });

  it('judges those that it declares, or that its patterns are about', () => {
    const { validate } = closedBy({
      properties: { type: { const: 'shut' } },
      patternProperties: { '^source$': { type: 'integer' } },
      additionalProperties: false,
    });
    expect(validate({ type: 'shut', source: 1, version: '1.0.0' }).ok).toBe(true);
    expect(validate({ type: 'other' }).ok).toBe(false);
    expect(validate({ type: 'shut', source: 'x' }).ok).toBe(false);
  });
});
