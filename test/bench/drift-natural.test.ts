import { describe, expect, it } from 'vitest';
import { byHand, isExact } from '../../bench/drift/cases.ts';
import { caseOf } from '../../bench/drift/natural/cases.ts';
import { contractOf, vendorOf } from '../../bench/drift/natural/pair.ts';
import { pairs } from '../../bench/drift/natural/pairs.ts';
import { seededRandom } from '../../bench/drift/random.ts';
import { tryPlan } from '../../src/repair/plans/trial.ts';

describe('natural drift', () => {
  it('is broad: many vendors, many changes, all three answers', () => {
    const count = (answer: string) => pairs.filter((pair) => pair.answer === answer).length;
    expect(pairs.length).toBeGreaterThanOrEqual(120);
    expect(new Set(pairs.map(vendorOf)).size).toBeGreaterThanOrEqual(50);
    expect(new Set(pairs.map(({ change }) => change)).size).toBeGreaterThanOrEqual(12);
    expect(Math.min(count('plain'), count('teachable'), count('refuse'))).toBeGreaterThanOrEqual(40);
    expect(new Set(pairs.map(({ id }) => id)).size).toBe(pairs.length);
  });

  // One at a time, so that a failure names its pair.
  it.each(pairs.map((pair) => [pair.id, pair] as const))('%s', (_, pair) => {
    const { was, is, answer, plan, why } = pair;
    const contract = contractOf(pair);
    expect(contract.validate(was)).toMatchObject({ ok: true });
    expect(contract.validate(is).ok).toBe(false);

    const { failure, original, subject, drift } = caseOf(pair);
    if (answer === 'plain') expect(plan).toBeDefined();
    else expect(why).toMatch(/./);
    if (answer === 'refuse') expect(plan).toBeUndefined();
    if (plan !== undefined) {
      const tried = tryPlan(failure, { operations: plan }, byHand);
      expect(tried.ok ? '' : tried.error.reason).toBe('');
      if (tried.ok) expect(isExact(tried.value.value, original, subject)).toBe(true);
    }

    // The same change on another event of the sender.
    expect(drift.apply(was)).toEqual(is);
    const sibling = subject.sibling(was, seededRandom(pair.id));
    expect(contract.validate(sibling).ok).toBe(true);
    if (answer === 'plain') {
      const sent = drift.apply(sibling)!;
      const found = contract.validate(sent);
      expect(found.ok).toBe(false);
      if (found.ok) return;
      const tried = tryPlan(
        { ...failure, event: sent, violations: found.violations },
        { operations: plan! },
        byHand,
      );
      expect(tried.ok && isExact(tried.value.value, sibling, subject)).toBe(true);
    }
  });
});
