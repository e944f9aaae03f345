import { beforeAll, describe, expect, it } from 'vitest';
import { adversaryCases, decoys, tradeSubjects } from '../../bench/drift/adversary/cases.ts';
import { relatedTo, relations } from '../../bench/drift/adversary/wordnet.ts';
import type { DriftCase } from '../../bench/drift/cases.ts';
import { type BenchHealer, judgeAll } from '../../bench/drift/judge.ts';
import { metricsOf } from '../../bench/drift/metrics.ts';
import { caseOf } from '../../bench/drift/natural/cases.ts';
import { pairs } from '../../bench/drift/natural/pairs.ts';
import { failedTargets } from '../../bench/drift/targets.ts';

let cases: DriftCase[];
beforeAll(() => {
  const subjects = pairs.slice(0, 20).map((pair) => caseOf(pair).subject);
  cases = adversaryCases(subjects, { seed: 'test', count: 500 }).cases;
}, 60_000);

const { signal } = new AbortController();

describe('the adversary', () => {
  it('has decoys of every kind, for many contracts', () => {
    const kinds = new Set(cases.map(({ kind }) => kind));
    expect(decoys.map(({ kind }) => kind).filter((kind) => !kinds.has(kind))).toEqual([]);
    expect(new Set(cases.map(({ subject }) => subject.contract.name)).size).toBeGreaterThan(30);
    expect(tradeSubjects().length).toBeGreaterThanOrEqual(30);
  });

  it('breaks the contract each time, and asks for a refusal', () => {
    for (const { id, subject, original, mutated, expected, drift } of cases) {
      expect(subject.contract.validate(original).ok, id).toBe(true);
      expect(subject.contract.validate(mutated).ok, id).toBe(false);
      expect(expected, id).toBe('refuse');
      expect(drift.inverse, id).toEqual([]);
    }
  });

  it('names nothing as the field is named, whatever the case', () => {
    const folded = (name: string) => name.toLowerCase().replace(/[^a-z\d]/g, '');
    for (const { id, kind, drift } of cases.filter((drift) => drift.kind.startsWith('word.'))) {
      const [field, decoy] = drift.touches.map((path) => path.split('/').at(-1)!);
      expect(folded(decoy!), `${id} ${kind}`).not.toBe(folded(field!));
    }
  });

  it('knows words that WordNet relates to those of the contracts', () => {
    expect(relatedTo('sender', 'derived')).toContain('send');
    expect(relatedTo('active', 'opposites')).toContain('inactive');
    for (const relation of relations) expect(relatedTo('nosuchword', relation)).toEqual([]);
  });

  it('counts each decoy that a healer takes', async () => {
    const taking: BenchHealer = {
      async propose({ event, violations }) {
        const [from] = Object.keys(event).toReversed();
        const to = violations.find(({ code }) => code === 'required')?.path;
        if (to === undefined) return { kind: 'refused', reason: 'nothing is missing' };
        return { kind: 'plan', plan: { operations: [{ op: 'move', from: `/${from}`, to }] }, evidence: [] };
      },
    };
    const verdicts = await judgeAll(cases, taking, signal);
    const metrics = metricsOf(verdicts);
    expect(metrics.wrong.count).toBeGreaterThan(100);
    expect(metrics.exact.of).toBe(0);
    const failed = failedTargets({
      healer: '',
      seed: '',
      sets: [{ set: 'adversary', origin: '', metrics, more: [] }],
    });
    expect(failed.join('\n')).toContain(
      `adversary: ${metrics.wrong.count} of ${cases.length} decoys were taken`,
    );
  });
});
