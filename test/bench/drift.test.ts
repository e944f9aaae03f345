import { beforeAll, describe, expect, it } from 'vitest';
import { type CaseSet, type DriftCase, isExact, makeCases } from '../../bench/drift/cases.ts';
import { loadCorpus } from '../../bench/drift/corpus.ts';
import type { Subject } from '../../bench/drift/corpus/subject.ts';
import { type BenchHealer, judge } from '../../bench/drift/judge.ts';
import { metricsOf } from '../../bench/drift/metrics.ts';
import { mutations } from '../../bench/drift/mutations.ts';
import { failedTargets } from '../../bench/drift/targets.ts';
import { compilePlan } from '../../src/repair/plans/interpreter.ts';
import type { Plan } from '../../src/model/plan.ts';

let subjects: Subject[];
let set: CaseSet;
beforeAll(() => {
  subjects = loadCorpus();
  set = makeCases({ subjects, mutations, seed: 'test', count: 300 });
}, 120_000);

const told = ({ id, original, mutated, drift }: DriftCase) =>
  JSON.stringify([id, original, mutated, drift.style, drift.inverse]);
const { signal } = new AbortController();

describe('the cases', () => {
  it('are the same for the same seed, and others for another', () => {
    const again = (seed: string) => makeCases({ subjects, mutations, seed, count: 40 }).cases.map(told);
    expect(again('a')).toEqual(again('a'));
    const others = new Set(again('b'));
    expect(again('a').filter((text) => others.has(text)).length).toBeLessThan(5);
  });

  it('of one kind are the same when only that kind is asked for', () => {
    const kind = mutations.find((mutation) => mutation.kind === 'flatten.whole')!;
    const alone = makeCases({ subjects, mutations: [kind], seed: 'test', count: 5 }).cases;
    const among = set.cases.filter((drift) => drift.kind === kind.kind);
    const shared = Math.min(alone.length, among.length);
    expect(shared).toBeGreaterThan(2);
    expect(alone.slice(0, shared).map(told)).toEqual(among.slice(0, shared).map(told));
  });

  it('are there for every mutation', () => {
    const kinds = new Set(set.cases.map((drift) => drift.kind));
    expect(mutations.map(({ kind }) => kind).filter((kind) => !kinds.has(kind))).toEqual([]);
  });

  it('each break the contract that the original keeps, and leave the original alone', () => {
    for (const { id, subject, original, mutated, drift } of set.cases) {
      expect(subject.contract.validate(original).ok, id).toBe(true);
      expect(subject.contract.validate(mutated).ok, id).toBe(false);
      const before = JSON.stringify(original);
      expect(drift.apply(original), id).toEqual(mutated);
      expect(JSON.stringify(original), id).toBe(before);
    }
  });

  it('that can be repaired are undone by their inverse, to the last declared field', () => {
    const recoverable = set.cases.filter((drift) => drift.expected === 'repair');
    expect(recoverable.length).toBeGreaterThan(150);
    for (const { id, subject, original, mutated, drift } of recoverable) {
      // With the interpreter alone, since the generator used every check there is.
      const paths = subject.contract.validate(mutated);
      const invalid = paths.ok
        ? []
        : paths.violations.map(({ path }) => path.replace(/\/\d+(?=\/|$)/g, '/*'));
      const compiled = compilePlan({ operations: drift.inverse }, { isDeclared: () => false });
      const undone = compiled.apply(mutated, new Set(invalid));
      expect(undone.ok, id).toBe(true);
      if (undone.ok) {
        const value = subject.contract.validate(undone.value);
        expect(value.ok && isExact(value.value, original, subject), id).toBe(true);
      }
    }
  });

  it('that must be refused hold no inverse', () => {
    for (const { drift, expected, id } of set.cases)
      if (expected === 'refuse') expect(drift.inverse, id).toEqual([]);
  });
});

describe('the judge', () => {
  const answering = (operations: Plan['operations']): BenchHealer => ({
    propose: async () => ({ kind: 'plan', plan: { operations }, evidence: [] }),
  });
  const verdictsOf = async (cases: readonly DriftCase[], healerOf: (drift: DriftCase) => BenchHealer) => {
    const verdicts = [];
    for (const drift of cases) verdicts.push(await judge(drift, healerOf(drift), signal));
    return verdicts;
  };

  it('calls the known inverse exact, unless a check that a person is spared refuses it, and finds nothing invented', async () => {
    const recoverable = set.cases.filter((drift) => drift.expected === 'repair');
    const verdicts = await verdictsOf(recoverable, ({ drift }) => answering(drift.inverse));
    const exact = verdicts.filter(({ outcome }) => outcome === 'exact');
    expect(exact.length).toBeGreaterThan(recoverable.length * 0.9);
    expect(verdicts.filter(({ outcome }) => outcome === 'wrong').map((verdict) => verdict.case.id)).toEqual(
      [],
    );
    expect(verdicts.filter(({ invented }) => invented.length > 0)).toEqual([]);
  });

  it('calls a healer that takes a look-alike wrong, though the contract accepts its result', async () => {
    const decoys = makeCases({
      subjects,
      mutations: mutations.filter(({ kind }) => kind === 'semantic.name'),
      seed: 'test',
      count: 40,
    }).cases;
    const verdicts = await verdictsOf(decoys, ({ drift }) =>
      answering([{ op: 'move', from: drift.touches[1]!, to: drift.touches[0]! }]),
    );
    const wrong = verdicts.filter(({ outcome }) => outcome === 'wrong');
    // The others the service itself refuses, whoever proposes them: the names say that the meaning changes.
    expect(wrong.length).toBeGreaterThan(10);
    expect(verdicts.filter(({ outcome }) => outcome === 'exact')).toEqual([]);
    const metrics = metricsOf(verdicts);
    expect(metrics.wrong).toMatchObject({ count: wrong.length, of: decoys.length });
    expect(metrics.refusalRecall.count).toBe(decoys.length - wrong.length);
    const report = { set: 'generated' as const, origin: '', metrics, more: [] };
    const failed = failedTargets({ healer: '', seed: '', sets: [report] });
    expect(failed.join('\n')).toMatch(/valid but wrong: upper bound.*\ngenerated: 0.00 % repaired exactly/);
  });

  it('counts a plan that fails a check as refused, with the reason', async () => {
    const [drift] = set.cases;
    const verdict = await judge(drift!, answering([{ op: 'move', from: '/no/such', to: '/field' }]), signal);
    expect(verdict).toMatchObject({
      outcome: 'refused',
      reason: expect.stringContaining('the plan fails') as string,
    });
  });

  it('finds all as it should be with a healer that refuses, but for what it could have repaired', async () => {
    const refusing: BenchHealer = { propose: async () => ({ kind: 'refused', reason: 'no' }) };
    const metrics = metricsOf(await verdictsOf(set.cases, () => refusing));
    expect(metrics).toMatchObject({
      invented: 0,
      exact: { count: 0 },
      wrong: { count: 0 },
      refusalRecall: { share: 1 },
    });
    expect(metrics.refusalPrecision.share).toBeLessThan(0.5);
  });
});
