import { beforeAll, describe, expect, it } from 'vitest';
import { type DriftCase, isExact, makeCases } from '../../bench/drift/cases.ts';
import { loadCorpus } from '../../bench/drift/corpus.ts';
import type { BenchHealer } from '../../bench/drift/judge.ts';
import type { Life } from '../../bench/drift/lives/event.ts';
import { makeLives } from '../../bench/drift/lives/life.ts';
import { runLives } from '../../bench/drift/lives/run.ts';
import { mutations } from '../../bench/drift/mutations.ts';
import { caseOf } from '../../bench/drift/natural/cases.ts';
import { pairs } from '../../bench/drift/natural/pairs.ts';

let cases: DriftCase[];
let lives: Life[];
beforeAll(() => {
  const own = loadCorpus().filter(({ contract }) => !contract.name.startsWith('github'));
  const generated = makeCases({ subjects: own, mutations, seed: 'test', count: 120 }).cases;
  cases = [...generated, ...pairs.slice(0, 20).map(caseOf)];
  lives = makeLives(cases, { seed: 'test', count: 24 });
}, 120_000);

const { signal } = new AbortController();
const options = { seed: 'test', lives: 24 };

describe('the life of a sender', () => {
  it('is the same for the same seed', () => {
    const told = (made: readonly Life[]) => JSON.stringify(made.map(({ id, events }) => [id, events]));
    expect(told(makeLives(cases, { seed: 'test', count: 24 }))).toBe(told(lives));
  });

  it('has all that may happen later', () => {
    const kinds = new Set(lives.flatMap(({ events }) => events.map(({ what }) => what)));
    expect([...kinds]).toEqual(
      expect.arrayContaining([
        'first',
        'same',
        'optional fields',
        'the old form again',
        'both forms',
        'another shape',
        'gone',
        'a decoy',
        'a second drift',
        'another drift instead',
      ]),
    );
    expect([...kinds].filter((kind) => kind.endsWith('rival')).length).toBeGreaterThan(0);
    expect([...kinds].filter((kind) => kind.startsWith('dates')).length).toBeGreaterThan(4);
    for (const { events } of lives.filter(({ id }) => !id.startsWith('dates')))
      expect(events.length).toBeGreaterThan(30);
  });

  it('is rightly labelled: what is meant is valid, and what is sent is that, or breaks the contract', () => {
    for (const { id, subject, events } of lives)
      for (const { sent, meant, expected, what } of events) {
        const told = `${id}: ${what} ${JSON.stringify(sent)}`;
        const validation = subject.contract.validate(sent);
        if (validation.ok) {
          expect(expected, told).toBe('repair');
          expect(isExact(validation.value, meant, subject), told).toBe(true);
        } else if (expected !== 'refuse') expect(subject.contract.validate(meant).ok, told).toBe(true);
      }
  });
});

describe('following it', () => {
  it('finds nothing wrong with a healer that refuses, and only valid events loaded', async () => {
    const refusing: BenchHealer = { propose: async () => ({ kind: 'refused', reason: 'no' }) };
    const { verdicts, report } = await runLives(cases, options, refusing, signal);
    expect(report.metrics.wrong.count).toBe(0);
    const loaded = verdicts.filter(({ outcome }) => outcome === 'exact');
    expect(loaded.length).toBeGreaterThan(50);
    expect(new Set(loaded.map(({ decision }) => decision.by))).toEqual(new Set(['contract']));
  });

  it('counts what a careless healer loads, and what its rules load later', async () => {
    // Whatever undeclared text or number is there, for what is missing.
    const careless: BenchHealer = {
      async propose({ contract, event, violations }) {
        const declared = Object.keys((contract.jsonSchema['properties'] ?? {}) as object);
        const from = Object.keys(event).find((name) => !declared.includes(name));
        const to = violations.find(({ code }) => code === 'required')?.path;
        if (from === undefined || to === undefined) return { kind: 'refused', reason: 'no' };
        return { kind: 'plan', plan: { operations: [{ op: 'move', from: `/${from}`, to }] }, evidence: [] };
      },
    };
    const { verdicts } = await runLives(cases, options, careless, signal);
    const wrong = verdicts.filter(({ outcome }) => outcome === 'wrong');
    expect(wrong.map(({ event }) => event.what)).toContain('a decoy');
    expect(verdicts.some(({ decision }) => decision.by === 'rule')).toBe(true);
  });
});
