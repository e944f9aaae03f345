import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Json, JsonObject } from '../../src/model/json.ts';
import type { Plan } from '../../src/model/plan.ts';
import { parseAnswer, parsePlan } from '../../src/repair/plans/parse-plan.ts';
import { checkProvenance } from '../../src/repair/plans/provenance.ts';
import { compileRule, tryPlan } from '../../src/repair/plans/trial.ts';
import { anyEvent, anyPlan, permittedPlan, run, shipment } from './support.ts';
import { measureWork } from '../helpers/work.ts';

/** What must hold for every plan on every event, however senseless. */
describe('any plan on any event', () => {
  it('invents nothing and loses nothing: what the interpreter makes, the independent checker proves', () => {
    let applied = 0;
    fc.assert(
      fc.property(anyEvent, permittedPlan, (event, plan) => {
        const result = run(event, plan.operations);
        if (!result.ok) return;
        applied++;
        expect(checkProvenance(event, plan, result.value, shipment)).toBeUndefined();
      }),
      { numRuns: 3000 },
    );
    expect(applied).toBeGreaterThan(100);
  });

  it('proves a list of one text that is a number', () => {
    const plan: Plan = { operations: [{ op: 'list', path: '/extra', separator: ',' }] };
    const event = { extra: '1.50' };
    const result = run(event, plan.operations);
    expect(result).toEqual({ ok: true, value: { extra: ['1.50'] } });
    expect(checkProvenance(event, plan, { extra: ['1.50'] }, shipment)).toBeUndefined();
    expect(checkProvenance(event, plan, { extra: ['1.5'] }, shipment)).toContain('/extra/0');
  });

  // A field that is reshaped in several steps has to be mended by them: then it is left alone.
  it('twice equals once, even if the event still counts as broken; what cannot be mended may be refused', () => {
    let changed = 0;
    fc.assert(
      fc.property(anyEvent, permittedPlan.filter(reshapesEachFieldOnce), (event, plan) => {
        const validation = shipment.validate(event);
        const broken = validation.ok ? [] : validation.violations.map(({ path }) => path);
        const once = run(event, plan.operations, broken);
        if (!once.ok) return;
        if (JSON.stringify(once.value) !== JSON.stringify(event)) changed++;
        const twice = run(once.value, plan.operations, broken);
        if (twice.ok || shipment.validate(once.value).ok) expect(twice).toEqual(once);
      }),
      { numRuns: 3000 },
    );
    expect(changed).toBeGreaterThan(50);
  });

  it('leaves the event that it is applied to alone', () => {
    fc.assert(
      fc.property(anyEvent, permittedPlan, (event, plan) => {
        const before = structuredClone(event);
        run(event, plan.operations);
        expect(event).toEqual(before);
      }),
      { numRuns: 3000 },
    );
  });

  it('a result that somebody changed is not proven', () => {
    fc.assert(
      fc.property(anyEvent, permittedPlan, fc.nat(), (event, plan, pick) => {
        const result = run(event, plan.operations);
        if (!result.ok) return;
        const changed = withChangedLeaf(result.value, pick);
        if (changed !== undefined) expect(checkProvenance(event, plan, changed, shipment)).toBeDefined();
        const added = { ...result.value, invented: 'by nobody' };
        expect(checkProvenance(event, plan, added, shipment)).toBeDefined();
      }),
      { numRuns: 3000 },
    );
  });
});

describe('hostile input', () => {
  it('any JSON at all is read as a plan, a refusal or an error, never thrown', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (input) => {
        const parsed = parsePlan(input);
        if (!parsed.ok) expect(parsed.error).not.toBe('');
        expect(['plan', 'refused', 'invalid']).toContain(parseAnswer(input).kind);
      }),
    );
  });

  it('a plan on any JSON object succeeds or fails with a reason, never throws', () => {
    const object = fc.dictionary(fc.string(), fc.jsonValue()) as fc.Arbitrary<JsonObject>;
    fc.assert(
      fc.property(fc.oneof(anyEvent, object), anyPlan, (event, plan) => {
        const validation = shipment.validate(event);
        const violations = validation.ok ? [] : validation.violations;
        const tried = tryPlan({ contract: shipment, source: 's', event, violations, signature: '' }, plan);
        if (!tried.ok) expect(tried.error.reason).not.toBe('');
      }),
    );
  });

  it('copies of copies stop before they fill the memory', () => {
    const recursive = { $ref: '#' };
    const contract = {
      ...shipment,
      jsonSchema: { properties: { a: recursive, b: recursive, c: { type: 'string' } } },
    };
    const operations = Array.from({ length: 40 }, (_, turn) => ({
      op: 'copy' as const,
      from: turn % 2 === 0 ? '/a' : '/b',
      to: `${turn % 2 === 0 ? '/b' : '/a'}${'/a'.repeat(Math.floor(turn / 8))}/${turn % 8 < 4 ? 'a' : 'b'}`,
    }));
    const event: JsonObject = { a: { c: 'x'.repeat(1000) } };
    const worked = measureWork();
    const violation = {
      path: '',
      code: 'custom' as const,
      message: '',
      expected: '',
      found: 'object' as const,
    };
    const result = compileRule({ operations }, contract)(event, [violation]);
    expect(result.ok).toBe(false);
    expect(worked()).toBeLessThan(2000);
  });

  it('a plan whose ways multiply is not followed for ever', () => {
    const operations = Array.from({ length: 64 }, (_, turn) => ({
      op: 'copy' as const,
      from: turn % 2 === 0 ? '/receiver' : '/note',
      to: turn % 2 === 0 ? '/note' : '/receiver',
    }));
    const worked = measureWork();
    const event = { note: { a: 1, b: 2, c: 3 } };
    expect(checkProvenance(event, { operations }, { receiver: { a: 1 } }, shipment)).toBeDefined();
    expect(worked()).toBeLessThan(2000);
  });
});

function reshapesEachFieldOnce({ operations }: Plan): boolean {
  const paths = operations.flatMap((operation) => ('path' in operation ? operation.path : []));
  return new Set(paths).size === paths.length;
}

/** Another value for one of the leaves. */
function withChangedLeaf(event: JsonObject, pick: number): JsonObject | undefined {
  const copy = structuredClone(event);
  const places: { holder: Record<string, Json>; key: string }[] = [];
  const visit = (holder: Record<string, Json>): void => {
    for (const [key, value] of Object.entries(holder))
      if (typeof value === 'object' && value !== null) visit(value as Record<string, Json>);
      else places.push({ holder, key });
  };
  visit(copy);
  const place = places[pick % Math.max(places.length, 1)];
  if (place === undefined) return undefined;
  place.holder[place.key] = 'another value';
  return copy;
}
